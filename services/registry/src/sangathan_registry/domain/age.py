"""How old somebody is, as exactly as it is known: a date of birth, else a year, else a band; no child is recorded."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

OLDEST_YEAR: Final = 1900
BANDS: Final = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
"""What is said where neither date nor year is known: the age at the time of the record."""

_ADULT: Final = 18
_INDIA: Final = timezone(timedelta(hours=5, minutes=30))


def is_adult(birth_year: int | None, at: datetime) -> bool:
    """Whether somebody born in that year is certainly 18 on 1 January of ``at``'s year.

    A year alone leaves the birthday open, so the rule is the electoral roll's: 18 on the qualifying date, 1 January
    (Representation of the People Act 1950, section 14(b)).
    """
    return birth_year is not None and OLDEST_YEAR <= birth_year < at.year - _ADULT


def is_adult_by_date(born: date, at: datetime) -> bool:
    """Whether somebody born on that day was 18 at ``at``, by India's calendar (Majority Act 1875, section 3).

    Who was born on 29 February is 18 on 1 March.
    """
    try:
        day = at.astimezone(_INDIA)
    except OverflowError:
        return False
    born_by = (day.year - _ADULT, day.month, day.day)
    return born.year >= OLDEST_YEAR and (born.year, born.month, born.day) <= born_by


def wrong_about_age(born: date | None, birth_year: int | None, band: str | None, at: datetime) -> str | None:
    """The field of an age that cannot be accepted, judged by the most exact that is known; None when all is right."""
    if born is None and birth_year is None:
        return None if band in BANDS else "birth_year"
    if born is None:
        wrong = None if is_adult(birth_year, at) else "birth_year"
    elif not is_adult_by_date(born, at):
        wrong = "birth_date"
    else:
        wrong = None if birth_year in {None, born.year} else "birth_year"
    return wrong or ("age_band" if band is not None else None)


def corrected_age(given: Mapping[str, Any]) -> dict[str, Any]:
    """A correction, with what it says besides: a new date brings its year, and a date or year ends a band."""
    corrected = dict(given)
    if given.get("birth_date") is not None:
        corrected.setdefault("birth_year", None)
    if given.get("birth_date") is not None or given.get("birth_year") is not None:
        corrected.setdefault("age_band", None)
    return corrected
