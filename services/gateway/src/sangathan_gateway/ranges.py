"""Which appointment a caller acts under, and which part of its range a request is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from uuid import UUID

from sangathan_gateway.problems import APPOINTMENT_NEEDED, FORBIDDEN, MALFORMED, NOT_FOUND, Refused
from sangathan_gateway.routes import Route, Target
from sangathan_hierarchy.memory import Appointment, MemoryHierarchy, Unit

if TYPE_CHECKING:
    from sangathan_gateway.exchange import Exchange

_MOST_PARAMETERS = 50
_ALWAYS = float("inf")


@dataclass(frozen=True, slots=True)
class Standing:
    """Under which of the appointments held somebody acts on a route, and from where.

    It holds while these are the appointments held, none of them begins or lapses, and the tree is the same.
    """

    appointment: Appointment
    unit: Unit
    held: tuple[Appointment, ...]
    tree_version: int
    since: float
    until: float

    def holds(self, held: tuple[Appointment, ...], tree_version: int, now: float) -> bool:
        """Whether it would come out the same now; every change of an appointment makes another tuple."""
        return held is self.held and tree_version == self.tree_version and self.since <= now < self.until


def unchanged(held: Sequence[Appointment], now: float) -> tuple[float, float]:
    """From which moment on (included) until when (excluded) the same of these appointments are active as now."""
    moments = [moment for appointment in held for moment in (appointment.valid_from, appointment.valid_to)]
    return (
        max((moment for moment in moments if moment <= now), default=-_ALWAYS),
        min((moment for moment in moments if moment > now), default=_ALWAYS),
    )


def next_change(hierarchy: MemoryHierarchy, person_id: str, now: float) -> int:
    """When an office of the person, or one that a part was lent from, begins or lapses by its date; 0 for never."""
    held = hierarchy.appointments_of(person_id)
    givers = [hierarchy.appointment(one.delegated_from) for one in held if one.delegated_from]
    _, until = unchanged([*held, *(giver for giver in givers if giver is not None)], now)
    return 0 if until == _ALWAYS else int(until)


def acting(active: Sequence[Appointment], named: bytes | None) -> Appointment:
    """The one appointment that gives the rights for this request: the named one, or the only one; raises Refused."""
    if named is not None:
        wanted = named.decode("latin-1").lower()
        for appointment in active:
            if appointment.appointment_id == wanted:
                return appointment
        said = "The appointment named is not yours, or it is not active."
        raise Refused(FORBIDDEN, said, hi="बताई गई नियुक्ति आपकी नहीं है, या इस समय लागू नहीं है।")
    if len(active) == 1:
        return active[0]
    if not active:
        raise Refused(FORBIDDEN, "You hold no office at present.", hi="इस समय आपके पास कोई दायित्व नहीं है।")
    said = "You hold several offices: name one by the header Sangathan-Appointment."
    raise Refused(APPOINTMENT_NEEDED, said, hi="आपके पास कई दायित्व हैं: हेडर Sangathan-Appointment से एक बताएँ।")


def narrowed(hierarchy: MemoryHierarchy, own: Unit, route: Route, exchange: "Exchange") -> Unit:
    """The unit that the path or the query names, when it lies within the own one; raises Refused (404) otherwise.

    A unit outside and one that does not exist read the same.
    """
    wanted = exchange.parameters["unit_id"] if route.target is Target.UNIT else _in_query(exchange.query)
    if wanted is None:
        return own
    try:
        unit = hierarchy.unit(str(UUID(wanted)))
    except ValueError:
        unit = None
    if unit is None or not own.lo <= unit.lo < own.hi:
        raise Refused(NOT_FOUND)
    return unit


def _in_query(query: bytes) -> str | None:
    if b"unit" not in query and b"%" not in query:
        return None
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise Refused(MALFORMED, f"A query has at most {_MOST_PARAMETERS} parameters.") from None
    named = [value for name, value in pairs if name == "unit_id"]
    if len(named) > 1:
        raise Refused(MALFORMED, "unit_id is given more than once.")
    return named[0] if named else None
