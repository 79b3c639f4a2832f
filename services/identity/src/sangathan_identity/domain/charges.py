"""The rules of an acting charge: for a vacant office or an absent holder, briefly, until a regular one comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_contracts.offices import Catalogue
from sangathan_identity.domain.appointments import Appointment, Term
from sangathan_identity.domain.refusals import ACTED_IN_ALREADY, OFFICE_IS_HELD


@dataclass(frozen=True, slots=True)
class Charge:
    """Somebody acts in the office; ``absence_reason`` says why, although it has a holder."""

    absence_reason: str | None = None


def check_charge(catalogue: Catalogue, term: Term, there: Sequence[Appointment], charge: Charge) -> None:
    """Raises unless the term is short, nobody else acts there then, and the office is vacant or its holder absent."""
    longest = timedelta(days=catalogue.longest_acting_days)
    if term.ends is None or term.ends > term.begins + longest:
        raise Refusal(
            INVALID_INPUT,
            "Each error names the place and what would be accepted.",
            errors=[Pointer("/valid_to", f"takes a moment at most {longest.days} days after valid_from")],
        )
    if any(one.acting for one in there):
        raise Refusal(ACTED_IN_ALREADY, "End the other charge first, or choose a term after it.")
    if any(one.regular for one in there) and charge.absence_reason is None:
        raise Refusal(
            OFFICE_IS_HELD,
            "Say by absence_reason why the holder cannot act, or end their appointment first.",
            errors=[Pointer("/absence_reason", "takes the reason while the office has a holder")],
        )
