"""What the edge says to a client, encoded once for everybody who gets it, in both spellings.

Over a WebSocket a message is one text frame of JSON; over SSE it is an event of the message's type whose data is the
same JSON. Types: ``hello`` on connecting, ``cast`` for a broadcast, ``gap`` when casts must be fetched over REST,
``bye`` before the edge closes.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from sangathan_contracts.notify import BroadcastSent

# picows writes the frame header into the bytes before the payload, so that a frame goes out without being copied.
HEADROOM = 14
HISTORY = "/v1/broadcasts"

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Message:
    """One message: ``socket`` is the payload after `HEADROOM` spare bytes, ``stream`` the complete SSE event."""

    socket: bytearray
    stream: bytes


@dataclass(frozen=True, slots=True)
class Cast:
    """A broadcast on its way: its number, the unit it is for, and the message."""

    seq: int
    path: str
    broadcast_id: UUID
    message: Message


def cast_of(sent: BroadcastSent) -> Cast:
    """The cast for a broadcast; its sequence is the SSE event's id, so that a browser resumes by itself."""
    fields = {"type": "cast", **msgspec.to_builtins(sent)}
    return Cast(sent.seq, sent.path, sent.broadcast_id, _message("cast", fields, f"id: {sent.seq}\n"))


def hello(seq: int, epoch: str, retry_ms: int) -> Message:
    """Where the sequence stands (0: none seen since this edge started), and when to come back if the line breaks."""
    fields = {"type": "hello", "seq": seq, "epoch": epoch, "retry_ms": retry_ms}
    return _message("hello", fields, f"retry: {retry_ms}\n")


def gap(after: int, spread_ms: int) -> Message:
    """Casts after ``after`` are to be fetched over REST, each client at a random moment within ``spread_ms``."""
    fetch = f"{HISTORY}?after={after}"
    return _message("gap", {"type": "gap", "after": after, "fetch": fetch, "spread_ms": spread_ms})


def bye(reason: str, retry_ms: int | None) -> Message:
    """The edge is about to close; without ``retry_ms`` there is no point in coming back without signing in."""
    return _message("bye", {"type": "bye", "reason": reason, "retry_ms": retry_ms})


def _message(kind: str, fields: dict[str, Any], prelude: str = "") -> Message:
    payload = _encoder.encode(fields)
    return Message(bytearray(HEADROOM) + payload, f"{prelude}event: {kind}\ndata: ".encode() + payload + b"\n\n")
