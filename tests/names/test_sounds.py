"""Names sound the same however they are written, and different people's names do not."""

import pytest

from sangathan_names.likeness import likeness
from sangathan_names.sounds import name_keys, sounds


@pytest.mark.parametrize(
    ("hindi", "english"),
    [
        ("रमेश", "Ramesh"),
        ("लक्ष्मी", "Laxmi"),
        ("विष्णुदत्त", "Vishnudutt"),
        ("ज्ञानेश्वर", "Gyaneshwar"),
        ("संतोष", "Santosh"),
        ("अंबिका", "Ambika"),
        ("ऋषि", "Rishi"),
        ("वीरेंद्र", "Birendra"),
        ("फ़िरोज़", "Phiroz"),
        ("ज़ाहिर", "Jahir"),
        ("कृष्णा", "Kishan"),
        ("मो.", "Mohd"),
    ],
)
def test_a_word_is_found_in_the_other_script(hindi: str, english: str) -> None:
    assert set(name_keys(hindi)) & set(name_keys(english))
    assert likeness(hindi, english) >= 0.9


@pytest.mark.parametrize("english", ["Badwani", "Barwani"])
def test_a_flapped_d_is_heard_as_d_and_as_r(english: str) -> None:
    assert set(name_keys("बड़वानी")) & set(name_keys(english))


@pytest.mark.parametrize(
    ("one", "other"),
    [("रमेश", "Rajesh"), ("Sunil", "Sushil"), ("अनिल", "Anita"), ("", "Ramesh"), ("श्री", "Shri")],
)
def test_different_people_are_not_alike(one: str, other: str) -> None:
    assert likeness(one, other) < 0.86


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("श्री विष्णु दत्त नमूना", "Vishnudutt Namuna"),
        ("Namuna Ramesh", "रमेश नमूना"),
        ("रमेश कुमार नमूना", "Ramesh Namuna"),
        ("एस. के. नमूना", "S. K. Namuna"),
        ("Ramesh Namuna", "R. Namuna"),
        ("चंदन नमूना", "C. Namuna"),
    ],
)
def test_a_name_is_the_same_joined_turned_round_shortened_or_with_initials(one: str, other: str) -> None:
    assert likeness(one, other) >= 0.84


def test_initials_alone_are_nobody() -> None:
    assert likeness("R. N.", "Ramesh Namuna") == 0.0
    assert name_keys("R. N.") == []


def test_honorifics_are_no_part_of_a_name() -> None:
    assert sounds("श्रीमती डॉ. सीता") == sounds("Sita")


def test_a_word_of_the_shorter_name_without_a_counterpart_makes_another_name() -> None:
    assert likeness("रमेश नमूना", "Ramesh Udaharan") == 0.0


def test_odd_input_is_no_name() -> None:
    assert sounds("\u093c\u094d ... 123 \U0001f600") == ()
