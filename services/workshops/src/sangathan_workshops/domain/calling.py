"""Which office can be called to a workshop: one held at the level whose units the round calls."""

from sangathan_chassis.refusal import Pointer, Refusal
from sangathan_contracts.offices import OFFICES
from sangathan_workshops.domain.refusals import OFFICE_NOT_CALLED


def require_office_of_level(office: str, level: str) -> None:
    """Raises Refusal unless holders of this office sit at units of this level."""
    callable_offices = sorted(slug for slug, known in OFFICES.items() if known.level == level)
    if office not in callable_offices:
        accepted = ", ".join(callable_offices) or "no office at all"
        fault = Pointer("/office", f"the units called are of level {level}; accepted: {accepted}")
        raise Refusal(OFFICE_NOT_CALLED, "Name an office that is held at the units called.", errors=[fault])
