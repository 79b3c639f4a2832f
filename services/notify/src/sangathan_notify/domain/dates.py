"""A day, or a minute of it, as Hindi and English write it, in India's time."""

from datetime import date, datetime, timedelta, timezone
from typing import Final

from sangathan_notify.domain.templates import Both

INDIA: Final = timezone(timedelta(hours=5, minutes=30))
_HINDI: Final = (
    *("जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून"),
    *("जुलाई", "अगस्त", "सितंबर", "अक्तूबर", "नवंबर", "दिसंबर"),
)
_ENGLISH: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_in_words(day: date) -> Both:
    """5 January 2022 in both languages; hi-IN writes digits as English does."""
    return Both(*(f"{day.day} {months[day.month - 1]} {day.year}" for months in (_HINDI, _ENGLISH)))


def day_of(moment: datetime) -> Both:
    """The day in India at that moment, in both languages."""
    return day_in_words(moment.astimezone(INDIA).date())


def minute_of(moment: datetime) -> Both:
    """The day and the minute in India, in both languages: 20 January 2022, 14:30."""
    day, local = day_of(moment), moment.astimezone(INDIA)
    return Both(f"{day.hi}, {local:%H:%M} बजे", f"{day.en}, {local:%H:%M}")
