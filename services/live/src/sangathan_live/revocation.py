"""Cuts the connections whose right to listen has ended, and voids the tickets that would let them back in.

Identity's events say what ended: a session, a person's right to act, an appointment, a unit's place. Each is one
look-up in the index. Who only listens elsewhere now is told to come back with a new ticket; who was signed out is not.
"""

import logging
from collections.abc import Callable

import msgspec

from sangathan_contracts.envelope import Envelope, Event
from sangathan_contracts.identity import (
    AppointmentEnded,
    AppointmentMade,
    AppointmentShortened,
    PersonSuspended,
    SessionEnded,
    TreeReloaded,
    UnitClosed,
    UnitMoved,
)
from sangathan_live.admission import Revocations
from sangathan_live.connections import Connections
from sangathan_live.members import Ending, Member
from sangathan_live.tallies import Tallies, Tally

log = logging.getLogger(__name__)

STREAM = "EV_IDENTITY"

# Whom each event concerns, as a key of the index.
_KEYS: dict[type[Event], Callable[..., str]] = {
    SessionEnded: lambda event: str(event.session_id),
    PersonSuspended: lambda event: str(event.person_id),
    AppointmentEnded: lambda event: str(event.appointment.appointment_id),
    AppointmentShortened: lambda event: str(event.appointment.appointment_id),
    AppointmentMade: lambda event: str(event.appointment.person_id),
    UnitMoved: lambda event: str(event.old_path),
    UnitClosed: lambda event: str(event.unit.path),
    TreeReloaded: lambda _event: Revocations.EVERYTHING,
}
_FOR_GOOD = (SessionEnded, PersonSuspended)
_NEVER_AGAIN = (SessionEnded, AppointmentEnded)
_EVENTS = {event.type: (event, key_of) for event, key_of in _KEYS.items()}
# Without the codes of a unit: an event about a person or session need not carry any.
FILTERS = [f"ev.{event_type.rsplit('.', 1)[0]}.>" for event_type in _EVENTS]


class Revoker:
    """Applies identity's events to the connections of this process."""

    def __init__(self, connections: Connections, revocations: Revocations, tallies: Tallies) -> None:
        self._connections = connections
        self._revocations = revocations
        self._tallies = tallies

    async def on_event(self, envelope: Envelope) -> None:
        """Voids tickets first, then cuts, so that nobody slips in between."""
        if envelope.type not in _EVENTS:
            return
        event_type, key_of = _EVENTS[envelope.type]
        try:
            event = msgspec.json.decode(envelope.body, type=event_type)
        except msgspec.MsgspecError:
            log.exception("an event that cannot be read was left out", extra={"fields": {"type": envelope.type}})
            return
        await self._apply(key_of(event), event)

    async def tell_all(self) -> None:
        """Nobody knows what was missed: everybody comes back with a new ticket."""
        await self._apply(Revocations.EVERYTHING, TreeReloaded(tree_version=0))

    async def _apply(self, key: str, event: Event) -> None:
        event_type = type(event)
        if not isinstance(event, AppointmentMade):
            self._revocations.add(key, for_good=event_type in _NEVER_AGAIN)
        cut = self._concerned(key, event)
        if not cut:
            return
        connections = self._connections
        for_good = event_type in _FOR_GOOD
        spread = None if for_good else (2000 if len(cut) < 10 else connections.spread_ms(len(cut)))
        await connections.end(cut, Ending.REVOKED if for_good else Ending.SCOPE_CHANGED, spread)
        self._tallies.add(Tally.REVOKED, len(cut))
        log.info("connections cut", extra={"fields": {"event": event_type.type, "count": len(cut)}})

    def _concerned(self, key: str, event: Event) -> list[Member]:
        if key == Revocations.EVERYTHING:
            return self._connections.all()
        found = self._connections.at(key)
        if isinstance(event, AppointmentMade):
            # A new office widens what a person hears; whose ticket tells of it already hears it all.
            appointment = str(event.appointment.appointment_id)
            return [member for member in found if appointment not in member.keys]
        return found
