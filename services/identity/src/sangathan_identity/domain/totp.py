"""Codes of an authenticator app (RFC 6238): SHA-1, six digits, a new one every thirty seconds."""

import base64
import hmac
from typing import Final
from urllib.parse import quote

STEP_S: Final = 30
_DIGITS: Final = 6
# Phones' clocks are seldom exact: the code before and the one after are taken too.
_AROUND: Final = (-1, 0, 1)


def code_at(secret: str, step: int) -> str:
    """The code that a Base32 secret gives in a time step (RFC 4226, section 5.3)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}}"


def matching_step(secret: str, code: str, now: float, *, after: int) -> int | None:
    """The step whose code this is; none at or before the step that was used last, so that a code serves once."""
    current = int(now) // STEP_S
    same = [step for step in (current + offset for offset in _AROUND) if _same(code, code_at(secret, step))]
    return next((step for step in same if step > after), None)


def otpauth_uri(secret: str, issuer: str, account: str) -> str:
    """What an authenticator app reads from the QR code."""
    label = f"{quote(issuer)}:{quote(account)}"
    return (
        f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}&algorithm=SHA1&digits={_DIGITS}&period={STEP_S}"
    )


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
