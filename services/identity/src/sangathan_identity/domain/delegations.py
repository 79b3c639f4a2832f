"""The rules of a delegation: one level deep, never wider or longer than the office it comes from."""

from collections.abc import Set as AbstractSet
from datetime import timedelta

from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_contracts.offices import Catalogue
from sangathan_identity.domain.appointments import Appointment, Term
from sangathan_identity.domain.refusals import NOT_YOURS_TO_DELEGATE


def check_giver(giver: Appointment) -> None:
    """Raises unless the office is held in its own right: nothing lent is lent again, and a charge is not split."""
    if not giver.regular:
        raise Refusal(NOT_YOURS_TO_DELEGATE, "Only who holds the office in their own right passes a part of it on.")


def check_actions(catalogue: Catalogue, giver: Appointment, actions: AbstractSet[str]) -> None:
    """Raises unless every action is one that the giver's office allows and that may be passed on."""
    office = catalogue.find(giver.office)
    allowed = catalogue.may_delegate(office) if office else frozenset()
    if not actions or not actions <= allowed:
        raise _wrong("/actions", f"takes of these: {', '.join(sorted(allowed)) or 'none'}")


def check_lent_term(giver: Term, lent: Term, *, longest: timedelta) -> None:
    """Raises unless the term is short and lies within the giver's."""
    if lent.begins < giver.begins:
        raise _wrong("/valid_from", "takes a moment from which you hold the office yourself")
    if lent.ends is None or lent.ends > lent.begins + longest:
        raise _wrong("/valid_to", f"takes a moment at most {longest.days} days after valid_from")
    if giver.ends is not None and lent.ends > giver.ends:
        raise _wrong("/valid_to", "takes a moment up to which you hold the office yourself")


def _wrong(pointer: str, detail: str) -> Refusal:
    return Refusal(
        INVALID_INPUT, "Each error names the place and what would be accepted.", errors=[Pointer(pointer, detail)]
    )
