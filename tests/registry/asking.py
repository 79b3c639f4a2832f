"""People who are asked to confirm what they agreed to, and the provider that takes the messages."""

from dataclasses import dataclass, field
from typing import Any, Final

from httpx import Response

from sangathan_chassis.sealing import Sealer
from sangathan_chassis.sms import SmsMessage, SmsNotSent
from sangathan_registry.commands.ask_confirmations import Asking, answer_requests, ask_some
from sangathan_registry.commands.send_messages import send_some
from sangathan_registry.domain.confirmations import Hours
from sangathan_testkit.harness import Harness, Person
from tests.registry import world

PHONE: Final = "+916000000001"
AT_ANY_TIME: Final = Asking(600, Hours(0, 0), "https://example.org")


@dataclass(slots=True)
class Phones:
    """What a provider took, and what it refuses."""

    sent: list[SmsMessage] = field(default_factory=list)
    refusing: list[SmsNotSent] = field(default_factory=list)

    async def send(self, message: SmsMessage) -> None:
        if self.refusing:
            raise self.refusing.pop(0)
        self.sent.append(message)

    async def close(self) -> None:
        """Holds nothing."""

    @property
    def code(self) -> str:
        return self.sent[-1].variables["code"]

    @property
    def link(self) -> str:
        return self.sent[-1].variables["link"].partition("#")[2]


def sealer_of(service: Harness) -> Sealer:
    sealer: Sealer = service.app.state.parts.sealer
    return sealer


async def write_to_new(service: Harness, phones: Phones, asking: Asking = AT_ANY_TIME) -> int:
    """Lets the jobs put new records down, ask whom the pace allows, and send."""
    await world.matched(service)
    asked = await ask_some(service.database, sealer_of(service), asking)
    await send_some(service.database, sealer_of(service), phones)
    return asked


async def want_code(service: Harness, phones: Phones | None = None, *, address: str = "", **body: Any) -> Response:
    """Asks for a code, and lets the jobs answer."""
    headers = {"x-forwarded-for": address or "203.0.113.7"}
    path, json = "/v1/consent-confirmation-codes", body or {"phone": PHONE}
    answer = await service.ask("POST", path, action="consent.confirm", json=json, headers=headers)
    await answer_requests(service.database, sealer_of(service), AT_ANY_TIME)
    if phones is not None:
        await send_some(service.database, sealer_of(service), phones)
    return answer


async def confirm(service: Harness, **body: Any) -> Response:
    return await service.ask("POST", "/v1/consent-confirmations", action="consent.confirm", json=body)


async def unconfirmed(service: Harness, person: Person, **params: Any) -> Response:
    path = "/v1/unconfirmed-consents"
    return await service.ask("GET", path, action="consent.keep", person=person, params=params)


async def counted(service: Harness, path: str) -> dict[str, int]:
    """The unit's numbers that are not 0."""
    params: dict[str, str | int] = {"unit_id": str(world.unit_id(path))}
    where = "/v1/confirmation-counts"
    answer = await service.ask("GET", where, action="worker.count", person=world.at(path), params=params)
    assert answer.status_code == 200, answer.text
    return {name: n for name, n in answer.json()["unit"].items() if isinstance(n, int) and n}
