"""How sure we are who somebody is: one factor, or two of different kinds (after NIST SP 800-63B).

``acr`` is "1" or "2" and nothing else. A text message and a device's own key are both "the phone", so that the two
together stay one factor. A passkey that has verified its user is two by itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

ONE_FACTOR: Final = "1"
TWO_FACTORS: Final = "2"

# RFC 8176 where it has a name.
PASSWORD: Final = "pwd"  # noqa: S105 - a method's name.
TEXT_MESSAGE: Final = "sms"
DEVICE_KEY: Final = "swk"
AUTHENTICATOR: Final = "otp"
RECOVERY_CODE: Final = "recovery"
PASSKEY: Final = "passkey"

_KINDS: Final = {
    PASSWORD: "knows",
    TEXT_MESSAGE: "phone",
    DEVICE_KEY: "phone",
    AUTHENTICATOR: "authenticator",
    RECOVERY_CODE: "authenticator",
    PASSKEY: "passkey",
}
# How lately somebody must have shown who they are before they change what they sign in with.
FRESH_FOR: Final = timedelta(minutes=10)


def assurance(methods: Sequence[str]) -> str:
    """The ``acr`` that these methods give together."""
    kinds = {_KINDS[method] for method in methods}
    return TWO_FACTORS if PASSKEY in methods or len(kinds) > 1 else ONE_FACTOR


def stepped_up(methods: Sequence[str], shown: str) -> list[str]:
    """The methods of a sign-in after another was shown: the first one, and the newest beside it."""
    first = methods[0]
    return [first] if shown == first else [first, shown]


def fresh(authenticated_at: datetime, now: datetime) -> bool:
    """Whether it is recent enough to change how one signs in."""
    return now - authenticated_at <= FRESH_FOR
