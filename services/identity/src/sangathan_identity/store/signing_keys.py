"""Reads and writes the keys that sign tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sangathan_chassis.database import Work
from sangathan_chassis.resealing import SealedColumn, in_place
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.key_rotation import KeyTimes

_PRIVATE_PLACE = "signing_keys.private"
SEALED: Final = SealedColumn("signing_keys", "private_sealed", in_place(_PRIVATE_PLACE), {"kid": "text"})
_ONE_AT_A_TIME = 7_305_010


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key: ``public`` and ``private`` are JWKs as JSON (RFC 7517)."""

    kid: str
    algorithm: str
    public: str
    private: str
    signs_from: datetime

    @property
    def times(self) -> KeyTimes:
        """What the rules of rotation look at."""
        return KeyTimes(self.kid, self.signs_from)


async def lock_keys(work: Work) -> None:
    """Lets one process at a time look for a key and make one."""
    await work.raw.execute("SELECT pg_advisory_xact_lock($1)", _ONE_AT_A_TIME)


async def usable_keys(work: Work, sealer: Sealer) -> list[StoredKey]:
    """Every key that is not retired, the newest first; a row of an earlier release signs since it was made."""
    rows = await work.raw.fetch(
        "SELECT kid, algorithm, public_key, private_sealed, coalesce(signs_from, created_at) AS signs_from"
        " FROM signing_keys WHERE retired_at IS NULL ORDER BY 5 DESC, kid"
    )
    return [
        StoredKey(
            row["kid"],
            row["algorithm"],
            row["public_key"],
            sealer.open(row["private_sealed"], place=_PRIVATE_PLACE),
            row["signs_from"],
        )
        for row in rows
    ]


async def insert_key(work: Work, key: StoredKey, sealer: Sealer) -> None:
    """Adds a key with its private part sealed."""
    await work.raw.execute(
        "INSERT INTO signing_keys (kid, algorithm, public_key, private_sealed, created_at, signs_from)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        key.kid,
        key.algorithm,
        key.public,
        sealer.seal(key.private, place=_PRIVATE_PLACE),
        work.now,
        key.signs_from,
    )


async def retire_keys(work: Work, kids: Sequence[str]) -> None:
    """No token that these have signed is believed any more; their private parts are gone."""
    await work.raw.execute(
        "UPDATE signing_keys SET retired_at = $2, private_sealed = ''::bytea WHERE kid = ANY($1::text[])",
        list(kids),
        work.now,
    )
