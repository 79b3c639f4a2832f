"""Columns typed in Kruti Dev are found, and columns in English are left alone."""

import random
from collections.abc import Callable
from typing import Final

import pytest

from sangathan_names.legacy_font import is_kruti_dev
from tests.names.kruti_writer import typed
from tests.names.test_kruti_dev import names

HELD_OUT: Final = names()[1::2]
"""The lines that the weights were not counted on."""


def share_found(rows: int, write: Callable[[str, str], str], tries: int = 200) -> float:
    """The share of columns of so many full names that are taken for Kruti Dev."""
    chance = random.Random(rows)
    columns = (
        [" ".join(write(*name) for name in chance.sample(HELD_OUT, 2)) for _ in range(rows)] for _ in range(tries)
    )
    return sum(is_kruti_dev(column) for column in columns) / tries


@pytest.mark.parametrize(("rows", "recall"), [(1, 0.95), (3, 0.97), (10, 0.995), (30, 1.0)])
def test_a_column_in_kruti_dev_is_found(rows: int, recall: float) -> None:
    assert share_found(rows, lambda _, hindi: typed(hindi)) >= recall


@pytest.mark.parametrize("case", [str, str.upper, str.lower])
@pytest.mark.parametrize("rows", [3, 10, 30])
def test_a_column_in_english_is_never_taken_for_it(rows: int, case: Callable[[str], str]) -> None:
    assert share_found(rows, lambda english, _: case(english)) == 0


def test_a_single_name_in_english_is_hardly_ever_taken_for_it() -> None:
    assert share_found(1, lambda english, _: english.lower()) <= 0.01


@pytest.mark.parametrize(
    "column",
    [
        ["H.No. 12, Ward 5, Bhopal", "14/2 Civil Lines", "S/o Ramesh Lal"],
        ["M", "F", "M"],
        ["Male", "Female"],
        ["B.A.", "M.Sc."],
        ["BOOTH PRESIDENT", "MANDAL MANTRI"],
        ["+919876543210", "098765-43210"],
        ["someone@example.in"],
        ["01/02/1980"],
        ["in.mp.d07.v033.m02.b0171."],
        ["https://example.in/x"],
        ["Shri R.K. Verma", "Dr. J.P. Gupta", "K.L.Yadav"],
        ["रमेश", "सीता"],
        [""],
        [],
    ],
)
def test_other_columns_are_left_alone(column: list[str]) -> None:
    assert not is_kruti_dev(column)


@pytest.mark.parametrize("column", [['iq#"k', "efgyk"], ["cwFk v/;{k", "eaMy egkea=h"], ["okMZ 5", "okMZ 6"]])
def test_other_words_than_names_are_found_too(column: list[str]) -> None:
    assert is_kruti_dev(column)
