"""An application that signs people in with Sangathan, or another system, and the addresses it may be answered at."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from sangathan_chassis.refusal import Refusal
from sangathan_identity.domain.refusals import (
    CLIENT_GETS_NO_RIGHTS,
    CLIENT_KEEPS_NO_SECRET,
    CLIENT_OVER,
    NO_FORMER_SECRET,
)
from sangathan_identity.domain.units import Names

_LOOPBACK: Final = {"localhost", "127.0.0.1", "[::1]"}
# RFC 3986 without quotes, commas and semicolons: it also stands in a Content-Security-Policy.
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?\[\]@!$&()*+=%-]+")


# So long an application may go on with its former secret, unless that is ended before.
SECRETS_OVERLAP: Final = timedelta(days=7)


class ClientKind(StrEnum):
    """Whether an application can keep a secret: one on a server can, one on a phone or in a browser cannot.

    A service signs nobody in: it keeps a secret and acts under what it is granted.
    """

    CONFIDENTIAL = "confidential"
    PUBLIC = "public"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Client:
    """An application, and the unit whose it is; ``secret_hash`` is None for one that keeps no secret.

    The former secret is as good as the new one until its moment, so that a system of several servers can be moved over.
    """

    id: UUID
    kind: ClientKind
    names: Names
    redirect_uris: tuple[str, ...]
    secret_hash: bytes | None
    unit_id: UUID
    made_by: UUID
    made_at: datetime
    ended_at: datetime | None = None
    version: int = 1
    former_secret_hash: bytes | None = None
    former_secret_until: datetime | None = None

    def secret_hashes(self, at: datetime) -> list[bytes]:
        """The hashes of the secrets that are good at this moment, at most two."""
        good = [self.secret_hash]
        if self.former_secret_until is not None and at < self.former_secret_until:
            good.append(self.former_secret_hash)
        return [one for one in good if one is not None]

    def ended(self, at: datetime) -> "Client":
        """The application, shut out; raises when it is already."""
        self._check_open()
        return replace(self, ended_at=at, version=self.version + 1)

    def with_secret(self, secret_hash: bytes, at: datetime) -> "Client":
        """The application with another secret beside the one so far; raises when it keeps none or is shut out."""
        if self.kind is ClientKind.PUBLIC:
            raise Refusal(CLIENT_KEEPS_NO_SECRET, "It proves itself by PKCE at each sign-in.")
        self._check_open()
        return replace(
            self,
            secret_hash=secret_hash,
            former_secret_hash=self.secret_hash,
            former_secret_until=at + SECRETS_OVERLAP,
            version=self.version + 1,
        )

    def without_former_secret(self, at: datetime) -> "Client":
        """The application with its newest secret alone; raises when that is so already, or when it is shut out."""
        self._check_open()
        if len(self.secret_hashes(at)) < 2:
            raise Refusal(NO_FORMER_SECRET, "To end the one in use, renew it first.")
        return replace(self, former_secret_hash=None, former_secret_until=None, version=self.version + 1)

    def check_may_hold_grants(self) -> None:
        """Raises unless it is a service that is not shut out: who signs people in gets no rights of its own."""
        if self.kind is not ClientKind.SERVICE:
            raise Refusal(CLIENT_GETS_NO_RIGHTS, "Register another of the kind service.")
        self._check_open()

    def _check_open(self) -> None:
        if self.ended_at is not None:
            raise Refusal(CLIENT_OVER, "Register it anew.")


def redirect_uri_fault(uri: str) -> str:
    """What is wrong with an address to answer at, empty when nothing is (RFC 9700, section 2.1; RFC 8252)."""
    if not _URI.fullmatch(uri) or "*" in uri:
        return "takes an absolute URI without fragment, wildcard, quotes, commas and semicolons"
    try:
        parts = urlsplit(uri)
        host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    except ValueError:
        return "takes a well-formed URI"
    if "@" in parts.netloc:
        return "takes a URI without a user in it"
    if parts.scheme == "https":
        return "" if host else "takes a URI with a host"
    if parts.scheme == "http":
        return "" if host in _LOOPBACK else "takes https, except for the loopback address"
    # RFC 8252, section 7.1: a scheme of one's own is a domain name turned round.
    return (
        "" if "." in parts.scheme else "takes https, http on the loopback address, or a scheme such as in.example.app"
    )
