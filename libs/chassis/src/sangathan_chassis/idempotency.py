"""Idempotency-Key: a POST sent twice is applied once, because its reply commits with its effect.

The key is kept in the service's own transaction, not at the gateway: only the same commit is exactly once. The reply
is sealed with a key derived from the client's own Idempotency-Key, so that the table shows nothing by itself.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel import Field, SQLModel
from starlette.responses import Response

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import Kind, ProblemType, Refusal

KEPT_FOR = timedelta(days=30)
OTHER_BODY = ProblemType(
    "idempotency-key-reused", Kind.INVALID, "This key was used for another request", "यह कुंजी किसी और अनुरोध में लग चुकी है"
)
IN_FLIGHT = ProblemType(
    "idempotency-key-in-flight", Kind.CONFLICT, "The first request is still under way", "पहला अनुरोध अभी चल रहा है"
)
_KEPT_HEADERS = ("content-type", "location", "etag", "link")


class IdempotencyKeyRow(SQLModel, table=True):
    """A reply that was given; ``key_hash`` covers the caller, the route and their key."""

    __tablename__ = "idempotency_keys"
    key_hash: bytes = Field(primary_key=True)
    fingerprint: bytes
    sealed_reply: bytes
    created_at: datetime = Field(sa_column=sa.Column(sa.DateTime(timezone=True), nullable=False, index=True))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request under a key: who and where (hashed), what (fingerprint), and the key that seals its reply."""

    key_hash: bytes
    fingerprint: bytes
    seal_key: bytes

    @classmethod
    def of(cls, key: str, *, caller: str, route: str, body: bytes) -> "Attempt":
        """Derives the three from the client's key, the caller, the route and the body."""
        secret = f"{caller}\0{route}\0{key}".encode()
        return cls(
            hashlib.sha256(b"id:" + secret).digest(),
            hashlib.sha256(body).digest(),
            hmac.digest(b"sangathan idempotent reply", secret, "sha256"),
        )

    async def replay(self, connection: Connection) -> Response | None:
        """The earlier reply, or None for the first time; raises Refusal for another body or one still in flight."""
        number = int.from_bytes(self.key_hash[:8], "big", signed=True)
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", number):
            raise Refusal(IN_FLIGHT, "Send it again when the first has been answered.", headers={"retry-after": "1"})
        row = await connection.fetchrow(
            "SELECT fingerprint, sealed_reply FROM idempotency_keys WHERE key_hash = $1", self.key_hash
        )
        if row is None:
            return None
        if not hmac.compare_digest(row["fingerprint"], self.fingerprint):
            raise Refusal(OTHER_BODY, "A new request needs a new Idempotency-Key.")
        return self._open(row["sealed_reply"])

    async def keep(self, connection: Connection, response: Response, now: datetime) -> None:
        """Keeps the reply in the same transaction as its effect."""
        await connection.execute(
            "INSERT INTO idempotency_keys (key_hash, fingerprint, sealed_reply, created_at) VALUES ($1, $2, $3, $4)",
            self.key_hash,
            self.fingerprint,
            self._seal(response),
            now,
        )

    def _seal(self, response: Response) -> bytes:
        kept = [f"{name}: {response.headers[name]}" for name in _KEPT_HEADERS if name in response.headers]
        head = "\r\n".join([str(response.status_code), *kept]).encode()
        nonce = os.urandom(12)
        return nonce + AESGCM(self.seal_key).encrypt(nonce, head + b"\r\n\r\n" + bytes(response.body), None)

    def _open(self, sealed: bytes) -> Response:
        head, _, body = AESGCM(self.seal_key).decrypt(sealed[:12], sealed[12:], None).partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = {name: value for name, _, value in (line.partition(": ") for line in lines)}
        return Response(body, status_code=int(status), headers={**headers, "idempotent-replayed": "true"})


async def forget_old_keys(connection: Connection, now: datetime) -> int:
    """Deletes keys past their 30 days, a thousand at a time; gives how many went."""
    done = await connection.execute(
        "DELETE FROM idempotency_keys WHERE key_hash IN"
        " (SELECT key_hash FROM idempotency_keys WHERE created_at < $1 LIMIT 1000)",
        now - KEPT_FOR,
    )
    return int(done.split()[-1])
