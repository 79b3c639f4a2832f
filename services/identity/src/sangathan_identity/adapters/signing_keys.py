"""Signing keys through joserfc: made at the first start, sealed in the database, rotated by date, published as JWKs.

Access tokens are signed with Ed25519 (RFC 9864), ID tokens with RS256, which OpenID Connect asks every provider to
offer. Two kinds of keys also mean that neither kind of token can ever pass for the other.
"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import OKPKey, RSAKey

from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.domain.key_rotation import dead, next_begins, signer
from sangathan_identity.store import signing_keys
from sangathan_identity.store.signing_keys import StoredKey

# The name of RFC 9864; the older EdDSA said nothing about the curve and is deprecated.
ALGORITHM: Final = "Ed25519"
TYPE: Final = "at+jwt"
ID_TOKEN_ALGORITHM: Final = "RS256"  # noqa: S105 - an algorithm's name.
_RSA_BITS: Final = 2048
_LOOK_EVERY_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A key as it is used."""

    stored: StoredKey
    key: OKPKey | RSAKey


class SigningKeys:
    """The keys in use: of each algorithm one signs, all are published. Looked up again after half a minute."""

    FRESH_S = 30.0

    def __init__(self, doorway: Doorway, sealer: Sealer, life: timedelta) -> None:
        self._doorway = doorway
        self._sealer = sealer
        self._life = life
        self._keys: list[_Loaded] = []
        self._signing: dict[str, _Loaded] = {}
        self._read_at = float("-inf")
        self._lock = asyncio.Lock()

    async def sign(self, claims: Mapping[str, Any]) -> str:
        """The compact ``at+jwt`` (RFC 9068) of these claims."""
        return await self._signed(ALGORITHM, TYPE, claims)

    async def sign_id_token(self, claims: Mapping[str, Any]) -> str:
        """The compact ID token of these claims."""
        return await self._signed(ID_TOKEN_ALGORITHM, "JWT", claims)

    async def published(self) -> Sequence[Mapping[str, Any]]:
        """The public keys as JWKs."""
        return [
            {**one.key.as_dict(private=False), "kid": one.stored.kid, "use": "sig", "alg": one.stored.algorithm}
            for one in await self._current()
        ]

    async def ensure(self) -> None:
        """Makes the first keys when there are none, and later ones in time, whether or not anybody signs in."""
        while True:
            await self._current()
            await asyncio.sleep(_LOOK_EVERY_S)

    async def replace_all(self) -> None:
        """Makes keys that sign at once and believes no other: for the day on which a key has been stolen."""
        async with self._lock, self._doorway.work() as work:
            await signing_keys.lock_keys(work)
            old = await signing_keys.usable_keys(work, self._sealer)
            for algorithm in (ALGORITHM, ID_TOKEN_ALGORITHM):
                await signing_keys.insert_key(work, await _new_key(algorithm, work.now), self._sealer)
            await signing_keys.retire_keys(work, [key.kid for key in old])
        self._read_at = float("-inf")

    async def check(self) -> str:
        """Readiness: there is a key to sign with."""
        return "" if self._signing else "there is no signing key yet"

    async def _signed(self, algorithm: str, kind: str, claims: Mapping[str, Any]) -> str:
        await self._current()
        loaded = self._signing[algorithm]
        header = {"alg": algorithm, "typ": kind, "kid": loaded.stored.kid}
        return jwt.encode(header, dict(claims), loaded.key, algorithms=[algorithm])

    async def _current(self) -> list[_Loaded]:
        async with self._lock:
            if not self._keys or time.monotonic() - self._read_at > self.FRESH_S:
                await self._read()
                self._read_at = time.monotonic()
            return self._keys

    async def _read(self) -> None:
        async with self._doorway.work() as work:
            await signing_keys.lock_keys(work)
            stored = await signing_keys.usable_keys(work, self._sealer)
            for algorithm in (ALGORITHM, ID_TOKEN_ALGORITHM):
                stored = await self._rotated(work, stored, algorithm)
            now = work.now
        known = {loaded.stored.kid: loaded for loaded in self._keys}
        self._keys = [known.get(one.kid) or _Loaded(one, _imported(one)) for one in stored]
        for algorithm in (ALGORITHM, ID_TOKEN_ALGORITHM):
            own = [loaded for loaded in self._keys if loaded.stored.algorithm == algorithm]
            signing = signer([loaded.stored.times for loaded in own], now)
            self._signing.update((algorithm, loaded) for loaded in own if loaded.stored.times == signing)

    async def _rotated(self, work: Work, stored: list[StoredKey], algorithm: str) -> list[StoredKey]:
        """The keys after the next of this algorithm was made, and its dead ones were retired, each if it is time."""
        times = [key.times for key in stored if key.algorithm == algorithm]
        begins = next_begins(times, work.now, self._life)
        if begins is not None:
            stored = [await _new_key(algorithm, begins), *stored]
            await signing_keys.insert_key(work, stored[0], self._sealer)
        gone = dead(times, work.now)
        if gone:
            await signing_keys.retire_keys(work, gone)
        return [key for key in stored if key.kid not in gone]


async def _new_key(algorithm: str, signs_from: datetime) -> StoredKey:
    """A new key; looking for two large primes takes a while, so it is done beside the event loop."""
    key = await asyncio.to_thread(_generated, algorithm)
    public = json.dumps(key.as_dict(private=False))
    return StoredKey(str(key.kid), algorithm, public, json.dumps(key.as_dict(private=True)), signs_from)


def _generated(algorithm: str) -> OKPKey | RSAKey:
    if algorithm == ALGORITHM:
        return OKPKey.generate_key("Ed25519", auto_kid=True)
    return RSAKey.generate_key(_RSA_BITS, auto_kid=True)


def _imported(stored: StoredKey) -> OKPKey | RSAKey:
    kind = OKPKey if stored.algorithm == ALGORITHM else RSAKey
    return kind.import_key({**json.loads(stored.private), "kid": stored.kid})
