"""When a passkey has been copied, and how many a person may have."""

from typing import Final

MOST_PASSKEYS: Final = 20


def seems_copied(kept: int, told: int) -> bool:
    """Whether an authenticator's counter did not rise (WebAuthn Level 3, 6.1.1); both zero: it does not count."""
    return (kept > 0 or told > 0) and told <= kept
