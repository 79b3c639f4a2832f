"""The authenticators of the demo's highest offices: secrets that follow from the demo password, and their codes."""

import base64
import hashlib
import hmac
from typing import Final

_STEP_S: Final = 30
_SECRET_BYTES: Final = 20
# Whose offices move units and shut people out, or break the glass for a district.
OFFICES: Final = frozenset({"national-president", "state-president", "state-it-in-charge", "district-president"})


def secret_of(password: str, phone: str) -> str:
    """The secret in Base32, as identity keeps it and an authenticator app takes it."""
    digest = hmac.digest(password.encode(), b"authenticator:" + phone.encode(), hashlib.sha256)
    return base64.b32encode(digest[:_SECRET_BYTES]).decode()


def code_at(secret: str, moment: float) -> str:
    """What the app shows at a moment (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), (int(moment) // _STEP_S).to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFF_FFFF) % 1_000_000:06}"


def until_next(moment: float) -> float:
    """Seconds until the app shows another code."""
    return _STEP_S - moment % _STEP_S
