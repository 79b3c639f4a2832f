"""Everything that identity seals in its tables."""

from typing import Final

from sangathan_chassis.resealing import SealedColumn
from sangathan_identity.store import client_tokens, factors, persons, sessions, signing_keys

SEALED: Final[tuple[SealedColumn, ...]] = (
    signing_keys.SEALED,
    persons.SEALED,
    factors.SEALED,
    sessions.SEALED,
    client_tokens.SEALED,
)
