"""An application that signs people in with Sangathan, and the addresses it may be answered at."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from sangathan_chassis.refusal import Refusal
from sangathan_identity.domain.refusals import CLIENT_OVER
from sangathan_identity.domain.units import Names

_LOOPBACK: Final = {"localhost", "127.0.0.1", "[::1]"}
# RFC 3986 without quotes, commas and semicolons: it also stands in a Content-Security-Policy.
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?\[\]@!$&()*+=%-]+")


class ClientKind(StrEnum):
    """Whether an application can keep a secret: one on a server can, one on a phone or in a browser cannot."""

    CONFIDENTIAL = "confidential"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Client:
    """An application, and the unit whose it is; ``secret_hash`` is None for one that keeps no secret."""

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

    def ended(self, at: datetime) -> "Client":
        """The application, shut out; raises when it is already."""
        self._check_open()
        return replace(self, ended_at=at, version=self.version + 1)

    def with_secret(self, secret_hash: bytes) -> "Client":
        """The application with another secret; raises when it keeps none or is shut out."""
        self._check_open()
        return replace(self, secret_hash=secret_hash, version=self.version + 1)

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
