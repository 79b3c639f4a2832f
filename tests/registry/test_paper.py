"""Printed papers: a code that names what the paper is of, and digits that tell when they were misread."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangathan_registry.api.paper_codes import PREFIX, read_paper, text_of
from sangathan_registry.domain.paper import MisreadError, Paper, printed_serial

NUMBERS = st.integers(10_000_000, 99_999_999)
IDS = st.uuids()


@given(IDS, IDS, st.none() | IDS, NUMBERS)
def test_a_code_is_read_as_it_was_written(drive_id: UUID, unit_id: UUID, version_id: UUID | None, number: int) -> None:
    paper = Paper(drive_id, unit_id, version_id, printed_serial(number))
    text = text_of(paper)
    assert read_paper(text) == (paper.serial, paper)
    assert len(text) <= 90, "a larger QR code"


@given(NUMBERS, st.integers(1, 10), st.integers(0, 9))
def test_a_wrong_digit_of_a_serial_is_noticed(number: int, at: int, digit: int) -> None:
    serial = printed_serial(number)
    wrong = f"{serial[:at]}{digit}{serial[at + 1 :]}"
    if wrong == serial:
        assert read_paper(wrong) == (serial, None)
    else:
        with pytest.raises(MisreadError):
            read_paper(wrong)


@given(NUMBERS, st.integers(1, 9))
def test_two_digits_in_turn_are_noticed(number: int, at: int) -> None:
    serial = printed_serial(number)
    wrong = f"{serial[:at]}{serial[at + 1]}{serial[at]}{serial[at + 2 :]}"
    if wrong != serial:
        with pytest.raises(MisreadError):
            read_paper(wrong)


@given(st.integers(len(PREFIX), 80), st.characters(categories=["Lu", "Nd"], codec="ascii"))
def test_a_wrong_letter_of_a_code_is_noticed(at: int, letter: str) -> None:
    text = text_of(Paper(uuid4(), uuid4(), uuid4(), printed_serial(10_000_001)))
    wrong = f"{text[:at]}{letter}{text[at + 1 :]}"
    if wrong != text:
        with pytest.raises(MisreadError):
            read_paper(wrong)


@pytest.mark.parametrize("text", ["SGP1:", "SGP1:नाम", "SGP1:" + "0" * 81, "SGP1:" + "A" * 120])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(MisreadError):
        read_paper(text)


def test_serials_are_read_as_people_write_them() -> None:
    serial = printed_serial(10_000_001)
    spaced = f"p {serial[1:5]} {serial[5:9]}-{serial[9:]}"
    devanagari = spaced.translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    assert {read_paper(text) for text in (serial, spaced, devanagari)} == {(serial, None)}
    assert read_paper("diary 12/7") == ("diary 12/7", None)
