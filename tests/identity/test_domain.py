"""Rules that need no database."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangathan_chassis.refusal import Refusal
from sangathan_identity.adapters.passwords import PasswordPool
from sangathan_identity.api.fields import as_code, as_mobile
from sangathan_identity.domain.appointments import Term
from sangathan_identity.domain.codes import MOST_FROM_A_PLACE, RESEND_AFTER, WINDOW, Asked, wait_for_code
from sangathan_identity.domain.sessions import ShownToken, Worth
from sangathan_identity.domain.units import Ladder

NOW = datetime(2022, 1, 20, 9, 0, tzinfo=UTC)
LADDER = Ladder({"state": 2, "district": 3, "mandal": 5})


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("6000000001", "+916000000001"),
        ("+91 60000-00001", "+916000000001"),
        ("०६०००००००१", None),
        ("६००००००००१", "+916000000001"),
        ("+977 984-1234567", "+9779841234567"),
        ("0755 255 1234", None),
        ("1800 11 1234", None),
        ("12345678", None),
        ("+91 6000000001 ext 5", None),
    ],
)
def test_only_mobile_numbers_are_taken(typed: str, number: str | None) -> None:
    if number is None:
        with pytest.raises(ValueError, match="mobile number"):
            as_mobile(typed)
    else:
        assert as_mobile(typed) == number


@given(st.text(max_size=32))
def test_whatever_is_typed_a_number_is_e164_or_refused(typed: str) -> None:
    try:
        number = as_mobile(typed)
    except ValueError:
        return
    assert number.startswith("+")
    assert number[1:].isascii()
    assert number[1:].isdigit()


@given(st.text(max_size=12))
def test_whatever_is_typed_a_code_is_six_digits_or_refused(typed: str) -> None:
    try:
        code = as_code(typed)
    except ValueError:
        return
    assert (len(code), code.isascii(), code.isdigit()) == (6, True, True)


@pytest.mark.parametrize(
    ("used_ago", "worth"),
    [
        (None, Worth.ROTATE),
        (timedelta(0), Worth.REPEAT),
        (timedelta(seconds=30), Worth.REPEAT),
        (timedelta(seconds=30, microseconds=1), Worth.THEFT),
    ],
)
def test_a_refresh_token_is_worth_what_its_use_says(used_ago: timedelta | None, worth: Worth) -> None:
    used_at = None if used_ago is None else NOW - used_ago
    shown = ShownToken(NOW + timedelta(days=1), used_at, session_ended=False, person_suspended=False)
    assert shown.worth(NOW) is worth


@given(st.lists(st.integers(0, 7_200), max_size=12))
def test_never_more_than_five_codes_an_hour_nor_two_in_half_a_minute(seconds: list[int]) -> None:
    sent: list[datetime] = []
    for at in sorted(NOW + timedelta(seconds=one) for one in seconds):
        asked = [Asked(one, here=True, known_device=False) for one in sent]
        if not wait_for_code(asked, at, known_device=False):
            sent.append(at)
    assert all(later - earlier >= RESEND_AFTER for earlier, later in pairwise(sent))
    assert all(sum(0 <= (at - other) / WINDOW < 1 for other in sent) <= MOST_FROM_A_PLACE for at in sent)


@pytest.mark.parametrize("level", ["state", "district", "galaxy"])
def test_a_level_stands_only_beneath_a_higher_one(level: str) -> None:
    with pytest.raises(Refusal):
        LADDER.check_beneath(level, "district")


def test_a_level_between_may_be_left_out() -> None:
    LADDER.check_beneath("mandal", "state")


def test_a_term_may_be_open() -> None:
    Term(NOW, None).check(NOW)


def test_a_term_ends_after_it_begins() -> None:
    with pytest.raises(Refusal):
        Term(NOW + timedelta(days=2), NOW + timedelta(days=1)).check(NOW)


async def test_a_flood_of_passwords_is_refused_rather_than_queued_for_ever() -> None:
    pool = PasswordPool(threads=1, queue=0)
    pool._waiting = 1
    with pytest.raises(Refusal) as refused:
        await pool.genuine("x", None)
    assert refused.value.type.slug == "busy"


async def test_a_hash_that_cannot_be_read_opens_nothing() -> None:
    assert not await PasswordPool(threads=1, queue=1).genuine("x", "no hash at all")
