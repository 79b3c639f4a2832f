"""Takes one-time codes to phones: to an SMS provider over HTTP, or in a demonstration to the process log."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from sangathan_identity.domain.codes import CODE_LIFETIME
from sangathan_identity.domain.ports import CodeMessage, CodeNotSent, CodeSender

log = logging.getLogger(__name__)

WAITING: Final = 1_000
SENDERS: Final = 4
# Waits between tries; the last one still leaves most of a code's five minutes.
TRY_AGAIN_AFTER_S: Final = (1.0, 4.0)
_TOO_MANY: Final = 429


class ConsoleCodeSender:
    """Writes the code to the log for a demonstration without a provider; of the number only its end."""

    async def send(self, message: CodeMessage) -> None:
        """Writes the line."""
        fields = {"demo_code": message.code, "phone_ends": message.phone[-2:]}
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

    async def send(self, message: CodeMessage) -> None:
        """Hands the code over; raises CodeNotSent, to be tried again only where the provider itself was at fault."""
        try:
            answer = await self._client.post(self._provider.url, json=self._body(message))
        except httpx.HTTPError as error:
            raise CodeNotSent(type(error).__name__, again=True) from error
        if not answer.is_success:
            # A template, header, consent or number that is refused once is refused always.
            again = answer.is_server_error or answer.status_code == _TOO_MANY
            raise CodeNotSent(str(answer.status_code), again=again)

    def _body(self, message: CodeMessage) -> dict[str, Any]:
        language = "hi" if message.hindi else "en"
        template = f"{message.purpose}.{language}"
        return {
            "to": message.phone,
            "entity_id": self._provider.entity_id,
            "header": self._provider.header,
            "template": template,
            "template_id": self._provider.templates.get(template, ""),
            # Hindi travels as UCS-2: 70 characters a part instead of 160.
            "encoding": "unicode" if message.hindi else "gsm7",
            "variables": {"code": message.code, "minutes": str(int(CODE_LIFETIME.total_seconds()) // 60)},
        }

    async def close(self) -> None:
        """Closes the connections to the provider."""
        await self._client.aclose()


class CodePost:
    """Sends in the background, so that an answer takes equally long whether or not a number gets a code."""

    def __init__(self, sender: CodeSender, *, again_after_s: tuple[float, ...] = TRY_AGAIN_AFTER_S) -> None:
        self._sender = sender
        self._again_after_s = again_after_s
        self._queue: asyncio.Queue[CodeMessage] = asyncio.Queue(WAITING)

    def post(self, message: CodeMessage) -> None:
        """Queues a code; when a thousand wait already the person has to ask again."""
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            log.warning("a one-time code was dropped: too many wait for the provider")

    async def run(self) -> None:
        """Sends until cancelled, a few at a time."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(SENDERS):
                    group.create_task(self._send_each())
        finally:
            await self._sender.close()

    async def _send_each(self) -> None:
        while True:
            message = await self._queue.get()
            try:
                await self._send(message)
            finally:
                self._queue.task_done()

    async def _send(self, message: CodeMessage) -> None:
        for wait in (*self._again_after_s, None):
            try:
                await self._sender.send(message)
            except CodeNotSent as error:
                log.warning("a one-time code was not sent", extra={"fields": {"reason": str(error)}})
                if wait is None or not error.again:
                    return
                await asyncio.sleep(wait)
            else:
                return
