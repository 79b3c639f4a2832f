"""What the gateway asks identity itself: its public keys and, when the feed is silent, whether a session holds."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Final

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from sangathan_chassis.assertion import HEADER, Claims
from sangathan_gateway.calls import CallFailed, call
from sangathan_gateway.stamps import Stamper
from sangathan_gateway.tokens import Verified
from sangathan_gateway.upstream import Upstream

KEYS_PATH: Final = b"/v1/jwks"
KEYS_ACTION: Final = "key.read"
INTROSPECTION_PATH: Final = b"/v1/introspections"
INTROSPECTION_ACTION: Final = "token.introspect"


class _Asking:
    """Asks identity with assertions, as any request does."""

    def __init__(self, identity: Upstream, stamper: Stamper) -> None:
        self._identity = identity
        self._stamper = stamper

    async def ask(self, method: bytes, path: bytes, action: str, body: bytes = b"") -> bytes:
        """The body of a good answer; raises CallFailed for any other."""
        stamp = self._stamper.stamp(Claims(aud=self._stamper.audience, act=action, exp=0, iat=0))
        token = stamp.mint(int(time.time()), b"gateway", method, path)
        head = b"%b %b HTTP/1.1\r\n%b: %b\r\ncontent-type: application/json\r\n"
        answer = await call(self._identity, head % (method, path, HEADER.encode(), token), body)
        if answer.status != 200:
            raise CallFailed(str(answer.status))
        return answer.body


class PublicKeys:
    """Identity's signing keys by id, fetched at start, when they grow old, and when a token names an unknown one."""

    FRESH_S: Final = 300.0
    NOT_AGAIN_S: Final = 1.0

    def __init__(self, identity: Upstream, stamper: Stamper, now: Callable[[], float] = time.monotonic) -> None:
        self._asking = _Asking(identity, stamper)
        self._now = now
        self._keys: dict[str, OKPKey] = {}
        self._asked_at = float("-inf")
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()

    def find(self, kid: str) -> OKPKey | None:
        """The key with this id, when it is known."""
        return self._keys.get(kid)

    def take(self, document: bytes) -> None:
        """Replaces the keys by a JWK set's Ed25519 keys; raises ValueError when it is none."""
        try:
            keys = KeySet.import_key_set(json.loads(document)).keys
        except (JoseError, TypeError, KeyError) as error:
            raise ValueError("not a JWK set") from error
        self._keys = {key.kid: key for key in keys if isinstance(key, OKPKey) and key.kid}

    async def refresh(self) -> bool:
        """Fetches them, at most once a second however many ask; False when identity gives none."""
        async with self._lock:
            if self._now() - self._asked_at < self.NOT_AGAIN_S:
                return bool(self._keys)
            self._asked_at = self._now()
            try:
                self.take(await self._asking.ask(b"GET", KEYS_PATH, KEYS_ACTION))
            except (CallFailed, ValueError):
                return False
            self._fetched_at = self._now()
            return True

    @property
    def current(self) -> bool:
        """Whether there are keys to verify with."""
        return bool(self._keys)

    @property
    def old(self) -> bool:
        """Whether it is time to fetch them again."""
        return self._now() - self._fetched_at > self.FRESH_S


class _Question(msgspec.Struct, omit_defaults=True):
    session_id: str
    person_id: str
    appointment_id: str = ""


class _Holds(msgspec.Struct):
    active: bool


class Introspection:
    """Identity's word on a session, while the feed cannot tell; one answer serves for a second."""

    GOOD_FOR_S: Final = 1.0
    MOST: Final = 10_000

    def __init__(self, identity: Upstream, stamper: Stamper, now: Callable[[], float] = time.monotonic) -> None:
        self._asking = _Asking(identity, stamper)
        self._now = now
        self._known: dict[tuple[str, str], tuple[float, bool]] = {}

    async def holds(self, verified: Verified, appointment_id: str = "") -> bool:
        """Whether the session, its person and the appointment still hold; raises CallFailed when nobody says."""
        known = self._known.get((verified.sid, appointment_id))
        if known is not None and known[0] > self._now():
            return known[1]
        question = msgspec.json.encode(_Question(verified.sid, verified.sub, appointment_id))
        body = await self._asking.ask(b"POST", INTROSPECTION_PATH, INTROSPECTION_ACTION, question)
        try:
            holds = msgspec.json.decode(body, type=_Holds).active
        except msgspec.MsgspecError as error:
            raise CallFailed("unreadable") from error
        if len(self._known) >= self.MOST:
            self._known.clear()
        self._known[verified.sid, appointment_id] = (self._now() + self.GOOD_FOR_S, holds)
        return holds
