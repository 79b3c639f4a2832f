"""Casts and tickets as a test needs them."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec

from sangathan_contracts.envelope import Event
from sangathan_contracts.notify import BroadcastSent
from sangathan_live.messages import Cast, cast_of

SENT_AT = datetime(2022, 1, 20, 9, 0, tzinfo=UTC)


def a_broadcast(
    seq: int, path: str = "in.mp.", *, broadcast_id: UUID | None = None, body: str = "All of us"
) -> BroadcastSent:
    return BroadcastSent(
        broadcast_id=broadcast_id or uuid4(),
        seq=seq,
        unit_id=uuid4(),
        path=path,
        title_hi="सभा",
        title_en="Meeting",
        body_hi="हम सब",
        body_en=body,
        sent_at=SENT_AT,
    )


def a_cast(seq: int, path: str = "in.mp.") -> Cast:
    return cast_of(a_broadcast(seq, path))


def encode(event: Event) -> bytes:
    return msgspec.json.encode(event)
