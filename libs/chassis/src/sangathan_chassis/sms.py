"""Takes text messages to phones: to an SMS provider over HTTP, or in a demonstration to the process log.

Which texts there are belongs to the services; here a message is the name of a registered template with its variables.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import httpx
from pydantic import Field, SecretStr

from sangathan_chassis.settings import ProcessSettings

log = logging.getLogger(__name__)

_TOO_MANY: Final = 429


@dataclass(frozen=True, slots=True)
class SmsMessage:
    """A text on its way: phone in E.164, the template's name without its language, and what is put into it."""

    phone: str
    template: str
    variables: Mapping[str, str]
    hindi: bool


class SmsNotSent(Exception):  # noqa: N818 - the sender's own log line says it all.
    """The provider did not take the message; ``again`` when it may take it a little later."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


class SmsSender(Protocol):
    """Takes a text message to a phone."""

    async def send(self, message: SmsMessage) -> None:
        """Hands the message over; raises SmsNotSent."""
        ...

    async def close(self) -> None:
        """Lets go of what it holds."""
        ...


class ConsoleSmsSender:
    """Writes the code to the log for a demonstration without a provider; of the number only its end."""

    async def send(self, message: SmsMessage) -> None:
        """Writes the line."""
        fields = {"demo_code": message.variables.get("code", ""), "phone_ends": message.phone[-2:]}
        if link := message.variables.get("link"):
            fields["demo_link"] = link
        log.warning("DEMO ONLY: one-time code, no SMS provider is set", extra={"fields": fields})

    async def close(self) -> None:
        """Holds nothing."""


@dataclass(frozen=True, slots=True)
class SmsProvider:
    """The provider's address and token, and what India's registry of templates asks for with each message.

    ``templates`` gives the registered template's id for ``sign-in.hi``, ``password-reset.en`` and so on.
    """

    url: str
    token: str = ""
    entity_id: str = ""
    header: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)


class HttpSmsSender:
    """Posts a template's id and its variables as JSON; the text is the one that was registered."""

    def __init__(self, provider: SmsProvider, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        headers = {"authorization": f"Bearer {provider.token}"} if provider.token else {}
        self._provider = provider
        self._client = httpx.AsyncClient(headers=headers, timeout=10.0, transport=transport)

    async def send(self, message: SmsMessage) -> None:
        """Hands the message over; raises SmsNotSent, to be tried again only where the provider itself was at fault."""
        try:
            answer = await self._client.post(self._provider.url, json=self._body(message))
        except httpx.HTTPError as error:
            raise SmsNotSent(type(error).__name__, again=True) from error
        if not answer.is_success:
            # A template, header, consent or number that is refused once is refused always.
            again = answer.is_server_error or answer.status_code == _TOO_MANY
            raise SmsNotSent(str(answer.status_code), again=again)

    def _body(self, message: SmsMessage) -> dict[str, Any]:
        template = f"{message.template}.{'hi' if message.hindi else 'en'}"
        return {
            "to": message.phone,
            "entity_id": self._provider.entity_id,
            "header": self._provider.header,
            "template": template,
            "template_id": self._provider.templates.get(template, ""),
            # Hindi travels as UCS-2: 70 characters a part instead of 160.
            "encoding": "unicode" if message.hindi else "gsm7",
            "variables": dict(message.variables),
        }

    async def close(self) -> None:
        """Closes the connections to the provider."""
        await self._client.aclose()


class SmsSettings(ProcessSettings):
    """Settings of a service that sends text messages."""

    sms_url: str = Field(default="", description="Where text messages are posted for sending; empty: the process log.")
    sms_token: SecretStr = Field(default=SecretStr(""), description="Bearer token for the SMS provider.")
    sms_entity_id: str = Field(default="", description="The principal entity's id in India's registry of messages.")
    sms_header: str = Field(default="", description="The registered header that messages come from.")
    sms_templates: dict[str, str] = Field(
        default_factory=dict,
        description='Registered template ids as JSON: {"sign-in.hi": "1107…", "password-reset.en": …}.',
    )


def sms_sender(settings: SmsSettings) -> SmsSender:
    """The provider's sender, or without an address the console's."""
    if not settings.sms_url:
        return ConsoleSmsSender()
    return HttpSmsSender(
        SmsProvider(
            settings.sms_url,
            settings.sms_token.get_secret_value(),
            settings.sms_entity_id,
            settings.sms_header,
            settings.sms_templates,
        )
    )
