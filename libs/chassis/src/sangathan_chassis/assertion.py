"""The gateway's assertion: how a service knows who asks, for what, and over which range of units.

A compact JWS (RFC 7515) with HS256, assembled by hand because its header never changes and the gateway mints one per
request. Each service has a key of its own, so that one service can mint only for itself. It lives 30 seconds.
"""

import hashlib
import hmac
import logging
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)

HEADER = "sangathan-assertion"
LIFETIME_S = 30
LEEWAY_S = 5


class Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the gateway vouches for; short names because they travel with every request.

    ``va``, ``vp`` and ``vo`` are there when somebody looks through another's eyes: the appointment looked through, its
    person, and the looker's own office; ``sub`` and ``apt`` stay the looker's, ``off`` and the range are the other's.
    ``lo``/``hi`` bound the unit paths (see `scope`), ``fc`` are field classes, ``tv`` the tree version under which the
    range was resolved, ``m``/``p`` the method and path it is good for, ``paths`` the units a live ticket listens at and
    ``unt`` the moment at which one of those offices begins or lapses by its date.
    """

    aud: str
    act: str
    exp: int
    iat: int
    rid: str = ""
    m: str = ""
    p: str = ""
    sub: str = ""
    sid: str = ""
    apt: str = ""
    off: str = ""
    unit: str = ""
    lo: str = ""
    hi: str = ""
    fc: tuple[str, ...] = ()
    tv: int = 0
    acr: str = ""
    paths: tuple[str, ...] = ()
    apts: tuple[str, ...] = ()
    unt: int = 0
    va: str = ""
    vp: str = ""
    vo: str = ""


class AssertionRefused(Exception):  # noqa: N818 - a refusal, not a fault.
    """The token is forged, expired, for another service, or for another request."""


def encode_segment(data: bytes) -> bytes:
    """Base64url without padding (RFC 7515, section 2)."""
    return urlsafe_b64encode(data).rstrip(b"=")


def decode_segment(text: bytes) -> bytes:
    """The reverse of `encode_segment`; raises ValueError when it is not base64url."""
    return urlsafe_b64decode(text + b"=" * (-len(text) % 4))


class KeyFile:
    """Keys in a file, one ``kid:base64url`` per line: the first signs, all verify. Re-read when the file changes.

    Rotation without a restart: put the new key second everywhere, then first, then drop the old one. A file that cannot
    be read any more is logged, and the keys so far stay in use: who changes keys under way takes nobody down.
    """

    CHECK_EVERY_S = 1.0

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = 0
        self._checked = 0.0
        self._keys: dict[str, bytes] = {}
        self._signing = ("", b"")
        self._refresh(time.monotonic())

    def current(self) -> tuple[str, bytes]:
        """The key that signs, with its id."""
        now = time.monotonic()
        if now - self._checked > self.CHECK_EVERY_S:
            self._refresh(now)
        return self._signing

    def all(self) -> dict[str, bytes]:
        """Every key that verifies, by id, the signing one first."""
        now = time.monotonic()
        if now - self._checked > self.CHECK_EVERY_S:
            self._refresh(now)
        return self._keys

    def find(self, kid: str) -> bytes | None:
        """The key of this id; the file is looked at once more before there is said to be none."""
        key = self.all().get(kid)
        if key is None:
            self._refresh(time.monotonic())
            key = self._keys.get(kid)
        return key

    def _refresh(self, now: float) -> None:
        self._checked = now
        try:
            self._read_anew()
        except (OSError, ValueError) as error:
            if not self._keys:
                raise
            log.error("a key file cannot be read", extra={"fields": {"file": self._path.name, "error": str(error)}})  # noqa: TRY400 - no traceback each second.

    def _read_anew(self) -> None:
        stamp = self._path.stat().st_mtime_ns
        if stamp == self._stamp:
            return
        keys = {}
        for line in self._path.read_text(encoding="ascii").split():
            kid, _, secret = line.partition(":")
            keys[kid] = decode_segment(secret.encode())
        if not keys or any(len(key) < 32 for key in keys.values()):
            msg = f"{self._path} must hold lines 'kid:base64url of at least 32 bytes'"
            raise ValueError(msg)
        self._keys, self._stamp = keys, stamp
        self._signing = next(iter(keys.items()))


class Minter:
    """Signs claims for one audience."""

    def __init__(self, keys: KeyFile) -> None:
        self._keys = keys
        self._encoder = msgspec.json.Encoder()
        self._prepared: tuple[str, bytes, hmac.HMAC] | None = None

    def mint(self, claims: Claims) -> str:
        """The compact JWS for these claims."""
        kid, key = self._keys.current()
        if self._prepared is None or self._prepared[0] != kid:
            header = encode_segment(b'{"alg":"HS256","kid":"%s"}' % kid.encode())
            self._prepared = (kid, header, hmac.new(key, digestmod=hashlib.sha256))
        signing_input = self._prepared[1] + b"." + encode_segment(self._encoder.encode(claims))
        mac = self._prepared[2].copy()
        mac.update(signing_input)
        return (signing_input + b"." + encode_segment(mac.digest())).decode("ascii")


class Verifier:
    """Checks an assertion's signature, audience and times; binding to method and path is the edge's check."""

    def __init__(self, keys: KeyFile, audience: str, now: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._audience = audience
        self._now = now
        self._decoder = msgspec.json.Decoder(Claims)
        self._header = msgspec.json.Decoder(dict[str, str])

    def verify(self, token: str) -> Claims:
        """The claims; raises AssertionRefused without saying why, since only an attacker would want to know."""
        try:
            signing_input, _, signature = token.encode("ascii").rpartition(b".")
            head, _, body = signing_input.partition(b".")
            header = self._header.decode(decode_segment(head))
            key = self._keys.find(header["kid"])
            if key is None:
                raise AssertionRefused
            expected = hmac.digest(key, signing_input, "sha256")
            claims = self._decoder.decode(decode_segment(body))
            genuine = hmac.compare_digest(expected, decode_segment(signature)) and header.get("alg") == "HS256"
        except (ValueError, KeyError, msgspec.MsgspecError) as error:
            raise AssertionRefused from error
        now = self._now()
        timely = claims.iat - LEEWAY_S <= now < claims.exp + LEEWAY_S
        if not (genuine and timely and claims.aud == self._audience):
            raise AssertionRefused
        return claims
