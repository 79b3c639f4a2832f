"""Access tokens: verified once with Ed25519 through joserfc, then known by their own text until they expire.

The profile is RFC 9068 (``at+jwt``). Revocation is asked for every request, whether the token is remembered or not.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from sangathan_gateway.limits import Bucket, Buckets
from sangathan_gateway.stamps import Stamp

if TYPE_CHECKING:
    from sangathan_gateway.ranges import Standing
    from sangathan_gateway.routes import Route

ISSUER: Final = "sangathan"
AUDIENCE: Final = "sangathan"
LEEWAY_S: Final = 60
LONGEST_LIFE_S: Final = 3600
MAX_TOKEN: Final = 4096
_ALGORITHMS: Final = ["Ed25519"]  # RFC 9864; the older name EdDSA is deprecated.


class TokenRefused(Exception):  # noqa: N818 - a refusal, not a fault.
    """The token is not good; the message is fit for an ``error_description`` (RFC 6750, section 3)."""


class UnknownKey(Exception):  # noqa: N818 - a question to identity, not a fault.
    """The token names a key that is not among the known ones."""


class _Payload(msgspec.Struct):
    iss: str
    sub: str
    sid: str
    exp: int
    iat: int
    aud: str | list[str]
    nbf: int = 0
    acr: str = ""
    auth_time: int = 0
    client_id: str = ""
    scope: str = ""
    appts: tuple[str, ...] = ()


class Verified:
    """A token whose signature and claims were checked; ``prepared`` remembers what was derived from it.

    ``grant`` is set when the token is another system's (RFC 6749, section 4.4); ``scope`` is what it is then good for.
    """

    __slots__ = ("acr", "auth_time", "bucket", "exp", "grant", "prepared", "scope", "sid", "standings", "sub")

    def __init__(self, payload: _Payload, bucket: Bucket) -> None:
        self.sub = payload.sub
        self.sid = payload.sid
        self.exp = payload.exp + LEEWAY_S
        self.acr = payload.acr
        self.auth_time = payload.auth_time
        self.grant = payload.appts[0] if payload.client_id else ""
        self.scope = frozenset(payload.scope.split())
        self.bucket = bucket
        self.prepared: dict[object, Stamp] = {}
        self.standings: dict[tuple[Route, bytes | None], Standing] = {}


class Keys(Protocol):
    """Where verification keys come from."""

    def find(self, kid: str) -> OKPKey | None:
        """The key with this id, when it is known."""
        ...


class TokenVerifier:
    """Checks a token in full; raises TokenRefused, or UnknownKey when only identity can tell."""

    def __init__(self, keys: Keys, buckets: Buckets, now: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._buckets = buckets
        self._now = now
        self._decoder = msgspec.json.Decoder(_Payload)
        self._registry = jws.JWSRegistry(algorithms=_ALGORITHMS)

    def verify(self, token: str) -> Verified:
        """The claims of a good token; every other token is refused, whatever is wrong with it."""
        if len(token) > MAX_TOKEN:
            raise TokenRefused("The access token is too long")
        payload = self._signed_payload(token)
        audience = [payload.aud] if isinstance(payload.aud, str) else payload.aud
        if payload.iss != ISSUER or AUDIENCE not in audience:
            raise TokenRefused("The access token was issued by or for somebody else")
        now = self._now()
        if payload.exp + LEEWAY_S <= now:
            raise TokenRefused("The access token expired")
        if max(payload.nbf, payload.iat) - LEEWAY_S > now or payload.exp - payload.iat > LONGEST_LIFE_S:
            raise TokenRefused("The access token is not valid at this time")
        if payload.client_id and (payload.client_id != payload.sub or len(payload.appts) != 1):
            raise TokenRefused("The access token stands for no one grant of a system")
        return Verified(payload, self._buckets.of(payload.sub))

    def _signed_payload(self, token: str) -> _Payload:
        try:
            header = jws.extract_compact(token.encode("ascii")).headers()
            self._check_header(header)
            key = self._keys.find(header["kid"])
            if key is None:
                raise UnknownKey
            signed = jws.deserialize_compact(token, key, registry=self._registry)
            return self._decoder.decode(signed.payload)
        except (JoseError, ValueError, msgspec.MsgspecError) as error:
            raise TokenRefused("The access token is malformed or its signature is wrong") from error

    def _check_header(self, header: Mapping[str, Any]) -> None:
        """Type and algorithm before any key is looked at, so that neither can be confused (RFC 8725)."""
        kind = str(header.get("typ", "")).lower().removeprefix("application/")
        if kind != "at+jwt" or header.get("alg") not in _ALGORITHMS or not isinstance(header.get("kid"), str):
            raise TokenRefused("The access token is not an at+jwt signed with Ed25519")


class TokenCache:
    """Verified tokens by their own text; bounded by size, and by each token's expiry."""

    def __init__(self, size: int = 50_000) -> None:
        self._size = size
        self._tokens: dict[bytes, Verified] = {}

    def find(self, authorization: bytes, now: float) -> Verified | None:
        """The token remembered under this Authorization header, unless it has expired."""
        verified = self._tokens.get(authorization)
        if verified is not None and verified.exp <= now:
            del self._tokens[authorization]
            return None
        return verified

    def keep(self, authorization: bytes, verified: Verified) -> None:
        """Remembers it; the oldest goes when there are too many."""
        if len(self._tokens) >= self._size:
            del self._tokens[next(iter(self._tokens))]
        self._tokens[authorization] = verified

    def forget(self, gone: Callable[[Verified], bool]) -> None:
        """Drops every token for which ``gone`` says yes."""
        for key in [key for key, verified in self._tokens.items() if gone(verified)]:
            del self._tokens[key]

    def __len__(self) -> int:
        return len(self._tokens)


class Revocations:
    """Sessions that have ended and persons who are suspended, as far as identity's events have told."""

    def __init__(self, keep_s: float = LONGEST_LIFE_S + 2 * LEEWAY_S) -> None:
        self._keep_s = keep_s
        self.sessions: dict[str, float] = {}
        self.persons: dict[str, int] = {}
        self._versions: dict[str, int] = {}

    def end_session(self, session: str, now: float) -> None:
        """No token of this session is good from now on; remembered until none can be alive."""
        self.sessions[session] = now + self._keep_s

    def suspend(self, person: str, version: int) -> None:
        """No token of this person is good until reinstated; an older version changes nothing."""
        if version >= self._versions.get(person, 0):
            self._versions[person] = self.persons[person] = version

    def reinstate(self, person: str, version: int) -> None:
        """The person's tokens are good again; an older version changes nothing."""
        if version >= self._versions.get(person, 0):
            self._versions[person] = version
            self.persons.pop(person, None)

    def load(self, suspended: Iterable[str], sessions: Iterable[str], now: float) -> None:
        """Takes over what a snapshot says; events already seen stay in force."""
        for person in suspended:
            if person not in self._versions:
                self.persons[person] = 0
        for session in sessions:
            self.end_session(session, now)

    def hits(self, verified: Verified) -> bool:
        """Whether this token has been revoked."""
        return verified.sid in self.sessions or verified.sub in self.persons

    def forget_old(self, now: float) -> None:
        """Drops sessions whose last token has died."""
        for session in [session for session, until in self.sessions.items() if until <= now]:
            del self.sessions[session]
