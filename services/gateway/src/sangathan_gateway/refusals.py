"""Whom the gateway refused what: kept for a second, what is alike together, and published for identity's audit trail.

A refusal shows nothing, so it does not wait for its entry, as a reading would; what a process that is killed has not
yet published is lost with it. Refusals that say nothing about rights (a bent request, a service that is away, the rate
of an address) are counted by the metrics and are not here.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

import msgspec

from sangathan_chassis.ids import uuid7
from sangathan_chassis.nats_link import NatsLink
from sangathan_contracts.envelope import subject_of
from sangathan_contracts.gateway import RequestsRefused
from sangathan_gateway.problems import FORBIDDEN, NOT_FOUND, STEP_UP_NEEDED, TOO_MANY, UNAUTHENTICATED, Refused
from sangathan_hierarchy.memory import MemoryHierarchy

if TYPE_CHECKING:
    from sangathan_gateway.exchange import Exchange

log = logging.getLogger(__name__)

EVERY_S: Final = 1.0
MOST_WAITING: Final = 10_000
_ABOUT_RIGHTS: Final = frozenset(
    problem.slug for problem in (FORBIDDEN, NOT_FOUND, STEP_UP_NEEDED, TOO_MANY, UNAUTHENTICATED)
)


class Alike(NamedTuple):
    """What refusals have in common that are told as one."""

    person_id: str
    session_id: str
    appointment_id: str
    action: str
    route: str
    reason: str


@dataclass(slots=True)
class Tally:
    """How often, from when to when, and the first one's trace."""

    times: int
    first_at: float
    last_at: float
    trace_id: str


class Refusals:
    """What was refused since somebody last took it."""

    def __init__(self) -> None:
        self._tallies: dict[Alike, Tally] = {}

    def note(self, exchange: "Exchange", refused: Refused) -> None:
        """Takes the refusal of somebody whose token is good; any other says nothing about a person."""
        route, verified = exchange.route, exchange.verified
        if route is None or verified is None or refused.problem.slug not in _ABOUT_RIGHTS:
            return
        alike = Alike(
            verified.sub, verified.sid, exchange.appointment_id, route.action, route.key, refused.problem.slug
        )
        tally = self._tallies.get(alike)
        if tally is not None:
            tally.times += 1
            tally.last_at = exchange.begun_at
        elif len(self._tallies) < MOST_WAITING:
            self._tallies[alike] = Tally(1, exchange.begun_at, exchange.begun_at, exchange.trace.trace_id)

    def take(self) -> dict[Alike, Tally]:
        """What has come since the last time."""
        taken, self._tallies = self._tallies, {}
        return taken


class Publication:
    """Publishes refusals as events, at the unit whose office was acted under."""

    def __init__(self, nats: NatsLink, hierarchy: MemoryHierarchy, refusals: Refusals) -> None:
        self._nats = nats
        self._hierarchy = hierarchy
        self._refusals = refusals
        self._unsent: list[tuple[UUID, RequestsRefused]] = []

    async def run(self) -> None:
        """Publishes every second until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self.publish()

    async def publish(self) -> None:
        """Publishes what waits; while the broker is away it waits on, as much of it as there is room for."""
        taken = self._refusals.take().items()
        events = [(uuid7(), self._event(alike, tally)) for alike, tally in taken]
        room = MOST_WAITING - len(self._unsent)
        if len(events) > room:
            log.warning("refusals are dropped", extra={"fields": {"dropped": len(events) - room}})
        self._unsent += events[:room]
        while self._unsent and self._nats.connected:
            try:
                await self._send(*self._unsent[0])
            except Exception as error:  # noqa: BLE001 - whatever keeps it, it waits for the next second.
                log.warning("refusals wait", extra={"fields": {"error": type(error).__name__}})
                return
            del self._unsent[0]

    async def _send(self, event_id: UUID, event: RequestsRefused) -> None:
        headers = {
            "Nats-Msg-Id": str(event_id),
            "ce-specversion": "1.0",
            "ce-id": str(event_id),
            "ce-type": event.type,
            "ce-source": "sangathan/gateway",
            "ce-time": event.last_at.isoformat(),
        }
        subject = subject_of(event.type, event.path)
        await self._nats.js.publish(subject, msgspec.json.encode(event), headers=headers, timeout=5)

    def _event(self, alike: Alike, tally: Tally) -> RequestsRefused:
        held = self._hierarchy.appointment(alike.appointment_id)
        unit = self._hierarchy.unit(held.unit_id) if held else None
        return RequestsRefused(
            person_id=UUID(alike.person_id),
            session_id=UUID(alike.session_id),
            appointment_id=UUID(held.appointment_id) if held else None,
            office=held.office if held else "",
            unit_id=UUID(held.unit_id) if held else None,
            path=unit.lo if unit else "",
            action=alike.action,
            route=alike.route,
            reason=alike.reason,
            times=tally.times,
            first_at=datetime.fromtimestamp(tally.first_at, UTC),
            last_at=datetime.fromtimestamp(tally.last_at, UTC),
            trace_id=tally.trace_id,
        )
