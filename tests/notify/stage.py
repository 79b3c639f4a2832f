"""A small tree in notify's replica, and what tests ask of the service."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

import asyncpg
import httpx
import msgspec

from sangathan_chassis.scope import Scope
from sangathan_contracts.envelope import Envelope, Event
from sangathan_contracts.identity import AppointmentMade, AppointmentState
from sangathan_contracts.workshops import AttendanceRecorded, InvitationIssued
from sangathan_testkit.databases import DatabaseUrls
from sangathan_testkit.harness import Harness, Person

HOME: Final = UUID("33333333-3333-4333-8333-333333333333")
MOMENT: Final = datetime(2022, 1, 20, 9, 0, tzinfo=UTC)
PATHS: Final = ("in.", "in.mp.", "in.mp.d07.", "in.mp.d07.v1.", "in.mp.d070.", "in.nx.")
OFFICES: Final = ("", "national-president", "state-president", "district-president", "vidhan-sabha-president")
GUEST: Final = Person(person_id=uuid5(HOME, "guest"))


def unit_id(path: str) -> UUID:
    return uuid5(HOME, path)


def president(path: str) -> Person:
    """Who holds the highest office at a unit, acting under it."""
    return Person(path, office=OFFICES[path.count(".")], unit_id=unit_id(path))


async def plant(urls: DatabaseUrls) -> None:
    """Puts the tree into the replica."""
    owner = await asyncpg.connect(urls.superuser)
    try:
        for path in PATHS:
            await owner.execute(
                "INSERT INTO unit_replica VALUES ($1, NULL, 'level', 'code', $2, $3, $4, 1, NULL)",
                unit_id(path),
                path,
                f"इकाई {path}",
                f"Unit {path}",
            )
        await owner.execute("INSERT INTO replica_state (tree_version) VALUES (1)")
    finally:
        await owner.close()


def invitation_issued(person: UUID = GUEST.person_id) -> InvitationIssued:
    return InvitationIssued(
        invitation_id=uuid4(),
        workshop_id=uuid4(),
        person_id=person,
        unit_id=unit_id("in.mp.d07."),
        held_on=date(2022, 1, 22),
        venue_hi="ग्वालियर",
        venue_en="Gwalior",
    )


def attendance_recorded() -> AttendanceRecorded:
    return AttendanceRecorded(
        invitation_id=uuid4(),
        workshop_id=uuid4(),
        person_id=GUEST.person_id,
        seen_at=datetime(2022, 1, 21, 19, 0, tzinfo=UTC),
    )


def appointment_made(*, at: str = "in.mp.d07.", office: str = "district-president") -> AppointmentMade:
    return AppointmentMade(
        appointment=AppointmentState(
            appointment_id=uuid4(),
            person_id=GUEST.person_id,
            office=office,
            unit_id=unit_id(at),
            valid_from=datetime(2022, 1, 1, tzinfo=UTC),
            valid_to=None,
            version=1,
        )
    )


def words(path: str, **more: Any) -> dict[str, Any]:
    """A broadcast to the unit at ``path``."""
    return {
        "unit_id": str(unit_id(path)),
        "title_hi": "बैठक",
        "title_en": "Meeting",
        "body_hi": f"{path} के लिए",
        "body_en": f"for {path}",
        **more,
    }


@dataclass(frozen=True, slots=True)
class Stage:
    """The running service, asked in the words of the notify API."""

    service: Harness

    async def tell(self, handler: Callable[[Any, Envelope], Awaitable[None]], event: Event) -> None:
        """Hands the event to its subscriber as the consumer would."""
        body = msgspec.json.encode(event)
        envelope = Envelope(id=uuid4(), type=event.type, source="test", time=MOMENT, subject="ev", body=body)
        async with self.service.database.work(Scope.everything()) as work:
            await handler(work, envelope)

    async def inbox(self, who: Person = GUEST, **params: Any) -> list[dict[str, Any]]:
        answer = await self.service.ask("GET", "/v1/inbox", action="inbox.read", person=who, params=params)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def read(self, message: str, who: Person = GUEST) -> httpx.Response:
        return await self.service.ask("POST", f"/v1/inbox/{message}/readings", action="inbox.read", person=who)

    async def speak(self, who: Person, body: dict[str, Any]) -> httpx.Response:
        # Escapes, unlike httpx, let a lone surrogate through to the service.
        return await self.service.ask(
            "POST",
            "/v1/broadcasts",
            action="broadcast.send",
            person=who,
            content=json.dumps(body).encode("ascii"),
            headers={"content-type": "application/json"},
        )

    async def hear(self, path: str, **params: Any) -> list[str]:
        """What the president at ``path`` finds, by its English text, in the order given."""
        answer = await self.page(path, **params)
        assert answer.status_code == 200, answer.text
        return [one["body_en"].removeprefix("for ") for one in answer.json()["items"]]

    async def page(self, path: str, **params: Any) -> httpx.Response:
        return await self.service.ask(
            "GET", "/v1/broadcasts", action="broadcast.read", person=president(path), params=params
        )

    async def everywhere(self) -> None:
        """One broadcast to each unit, by its own president, from the top down."""
        for path in PATHS:
            answer = await self.speak(president(path), words(path))
            assert answer.status_code == 201, answer.text
