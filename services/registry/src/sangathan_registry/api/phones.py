"""Reads an Indian mobile number as people write it: with or without +91 or 0, with spaces, in Devanagari digits."""

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberDesc, PhoneNumberType

_DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789", " -()")
_USUAL: Final = re.compile(r"(?:\+91|0)?([6-9][0-9]{9})")
_NUMBER: Final = re.compile(r"\+?[0-9.]{10,}")
_LONGEST: Final = 24


@lru_cache(maxsize=1)
def _shapes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """phonenumbers' own patterns for India's mobile and fixed lines; asking it in full costs 60 µs a number."""
    metadata = PhoneMetadata.metadata_for_region("IN")
    if metadata is None or metadata.mobile is None or metadata.fixed_line is None:
        raise LookupError
    return _pattern(metadata.mobile), _pattern(metadata.fixed_line)


def _pattern(description: PhoneNumberDesc) -> re.Pattern[str]:
    return re.compile(description.national_number_pattern or "(?!)")


def read_phone(text: str) -> str | None:
    """The number in E.164, or None when it is not an Indian mobile number."""
    if len(text) > _LONGEST:
        return None
    digits = text.translate(_DIGITS)
    if usual := _USUAL.fullmatch(digits):
        national = usual[1]
        mobile, fixed = _shapes()
        if mobile.fullmatch(national) and not fixed.fullmatch(national):
            return f"+91{national}"
    return _read_in_full(digits) if _NUMBER.fullmatch(digits) else None


def _read_in_full(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "IN")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 91 or phonenumbers.number_type(number) != PhoneNumberType.MOBILE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
