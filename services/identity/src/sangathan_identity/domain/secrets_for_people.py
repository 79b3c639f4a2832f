"""Secrets that people read and type: no letters that look like digits, in groups of five."""

import secrets
from typing import Final

# Crockford's Base32: I, L, O and U are left out.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MEANT: Final = str.maketrans("ILO", "110")
_GROUP: Final = 5


def new_secret(letters: int) -> str:
    """So many random letters of five bits each, in groups."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(letters))
    return "-".join(text[start : start + _GROUP] for start in range(0, letters, _GROUP))


def as_meant(typed: str) -> str:
    """What was meant by what somebody typed: any case, any grouping, O for 0, I and L for 1."""
    return "".join(letter for letter in typed.upper() if letter.isalnum()).translate(_MEANT)
