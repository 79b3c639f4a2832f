"""Hindi and English are equals: each message is whole in both, with the same placeholders."""

import re
import string
from datetime import date

import pytest

from sangathan_notify.domain.dates import day_in_words
from sangathan_notify.domain.templates import TEMPLATES, Both, render

DEVANAGARI = re.compile("[\u0900-\u097f]")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_template_is_whole_in_both_languages(kind: str) -> None:
    text = TEMPLATES[kind]
    assert all(DEVANAGARI.search(hindi) for hindi in (text.title_hi, text.body_hi))
    assert all(english.strip() and not DEVANAGARI.search(english) for english in (text.title_en, text.body_en))


@pytest.mark.parametrize("kind", TEMPLATES)
def test_both_languages_say_the_same_things(kind: str) -> None:
    text = TEMPLATES[kind]
    assert placeholders(text.title_hi) == placeholders(text.title_en)
    assert placeholders(text.body_hi) == placeholders(text.body_en)


def test_a_missing_value_is_not_left_as_a_placeholder() -> None:
    with pytest.raises(KeyError):
        render("invitation-issued", {"venue": Both("ग्वालियर", "Gwalior")})


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_a_name_in_both_languages(month: int) -> None:
    day = day_in_words(date(2022, month, 5))
    assert DEVANAGARI.search(day.hi)
    assert day.en == date(2022, month, 5).strftime("5 %B 2022")
