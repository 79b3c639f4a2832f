"""The rules of a grant to another system: a part of the granting office that a machine may have, until a date."""

from collections.abc import Set as AbstractSet
from datetime import timedelta

from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_contracts.offices import Catalogue
from sangathan_identity.domain.appointments import Appointment, Term
from sangathan_identity.domain.delegations import check_giver, check_lent_term


def check_grant(catalogue: Catalogue, giver: Appointment, actions: AbstractSet[str], term: Term) -> None:
    """Raises unless the giver holds the office in their own right, it allows the actions, and the term fits."""
    check_giver(giver)
    office = catalogue.find(giver.office)
    allowed = catalogue.may_grant(office) if office else frozenset()
    if not actions or not actions <= allowed:
        raise Refusal(
            INVALID_INPUT,
            "Each error names the place and what would be accepted.",
            errors=[Pointer("/actions", f"takes of these: {', '.join(sorted(allowed)) or 'none'}")],
        )
    check_lent_term(giver.term, term, longest=timedelta(days=catalogue.longest_grant_days))
