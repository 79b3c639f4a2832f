"""What sign-in needs from the process edge, as protocols; `adapters` holds the real ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sangathan_identity.domain.codes import Purpose


class Passwords(Protocol):
    """Checks passwords without holding up the event loop."""

    async def genuine(self, password: str, password_hash: str | None) -> bool:
        """Whether it is this hash's password; as slow when there is no hash. Raises Refusal when too many wait."""
        ...

    async def hashed(self, password: str) -> str:
        """The hash to keep of a new password. Raises Refusal when too many wait."""
        ...


class KeyRefused(Exception):  # noqa: N818 - what a device has shown does not fit; not a fault.
    """The key is of another kind, or what it should have signed is malformed or wrongly signed."""


class DeviceKeys(Protocol):
    """Keys of enrolled devices, and what they sign."""

    def taken(self, jwk: Mapping[str, Any]) -> str:
        """The public key to keep, as JSON; raises KeyRefused."""
        ...

    def named(self, assertion: str) -> UUID:
        """The device that an assertion names; raises KeyRefused."""
        ...

    def signed(self, assertion: str, public_key: str | None) -> Mapping[str, Any]:
        """The claims that this key has signed; as slow without a key. Raises KeyRefused."""
        ...


class PasskeyRefused(Exception):  # noqa: N818 - an answer that does not fit, not a fault.
    """An authenticator's answer is malformed, for another place or question, or wrongly signed."""


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What an authenticator has made: the credential's id, its public key (COSE), and its counter."""

    id: bytes
    public_key: bytes
    sign_count: int


class Ceremonies(Protocol):
    """WebAuthn's two ceremonies; options and answers are the JSON that browsers speak."""

    def creation(self, person_id: UUID, name: str, challenge: bytes, exclude: Sequence[bytes]) -> dict[str, Any]:
        """What a browser asks an authenticator to make."""
        ...

    def request(self, challenge: bytes) -> dict[str, Any]:
        """What a browser asks any authenticator to sign."""
        ...

    def asked(self, answer: str) -> tuple[bytes, bytes]:
        """The credential's id and the challenge that an answer claims; raises PasskeyRefused."""
        ...

    def created(self, answer: str, challenge: bytes) -> NewCredential:
        """The credential of a good answer; raises PasskeyRefused."""
        ...

    def signed(self, answer: str, challenge: bytes, public_key: bytes) -> int:
        """The authenticator's counter in a good answer; raises PasskeyRefused."""
        ...


class Tokens(Protocol):
    """Signs access tokens."""

    async def sign(self, claims: Mapping[str, Any]) -> str:
        """The compact ``at+jwt`` (RFC 9068) of these claims, by the current key."""
        ...


class IdTokens(Protocol):
    """Signs what tells an application who has signed in."""

    async def sign_id_token(self, claims: Mapping[str, Any]) -> str:
        """The compact ID token of these claims, by the current key."""
        ...


@dataclass(frozen=True, slots=True)
class CodeMessage:
    """A one-time code on its way: phone in E.164, the digits, what they are good for, and in which language."""

    phone: str
    code: str
    purpose: Purpose
    hindi: bool
