"""What holds for every office and every term, tried out rather than told by example."""

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import Refusal
from sangathan_contracts.offices import CATALOGUE, OFFICES
from sangathan_identity.domain.appointments import Appointment, Term, check_may_appoint
from sangathan_identity.domain.delegations import check_actions, check_giver, check_lent_term
from sangathan_identity.domain.ids import AppointmentId, PersonId, UnitId

NOW = datetime(2022, 1, 20, tzinfo=UTC)
MOMENTS = st.integers(min_value=-400, max_value=400).map(lambda days: NOW + timedelta(days=days))
RANK = CATALOGUE.levels.index


def terms() -> st.SearchStrategy[Term]:
    return st.builds(Term, MOMENTS, st.none() | MOMENTS)


def held(office: str, *, acting: bool = False, delegated: bool = False) -> Appointment:
    return Appointment(
        id=AppointmentId(uuid7()),
        person_id=PersonId(uuid7()),
        office=office,
        unit_id=UnitId(uuid7()),
        path="in.mp.",
        term=Term(NOW, None),
        appointed_by=None,
        acting=acting,
        delegated_from=uuid7() if delegated else None,
    )


def refused(check: object, *values: object) -> bool:
    try:
        check(*values)  # type: ignore[operator]  # Each caller gives a rule with its values.
    except Refusal:
        return True
    return False


@pytest.mark.parametrize(("giver", "office"), list(product(OFFICES, OFFICES)))
def test_nobody_appoints_above_the_own_level(giver: str, office: str) -> None:
    above = RANK(OFFICES[office].level) < RANK(OFFICES[giver].level)
    assert refused(check_may_appoint, CATALOGUE, giver, office) or not above


@given(terms(), terms())
def test_a_delegation_that_is_accepted_lies_within_the_givers_term_and_is_short(giver: Term, lent: Term) -> None:
    longest = timedelta(days=CATALOGUE.longest_delegation_days)
    if refused(partial(check_lent_term, longest=longest), giver, lent):
        return
    assert lent.ends is not None
    assert lent.begins >= giver.begins
    assert giver.ends is None or lent.ends <= giver.ends
    assert lent.ends - lent.begins <= longest


@given(st.sampled_from(sorted(OFFICES)), st.sets(st.sampled_from(sorted(CATALOGUE.actions))))
def test_actions_that_are_accepted_are_the_givers_own_and_may_be_passed_on(office: str, actions: set[str]) -> None:
    accepted = not refused(check_actions, CATALOGUE, held(office), actions)
    assert accepted == (bool(actions) and actions <= OFFICES[office].actions & CATALOGUE.delegable and
                        OFFICES[office].allows("appointment.delegate"))  # fmt: skip


@pytest.mark.parametrize(("acting", "delegated"), [(True, False), (False, True)])
def test_only_who_holds_the_office_in_their_own_right_passes_it_on(*, acting: bool, delegated: bool) -> None:
    assert refused(check_giver, held("mandal-president", acting=acting, delegated=delegated))
    assert not refused(check_giver, held("mandal-president"))
