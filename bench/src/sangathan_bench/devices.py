"""Phones that send batches: bodies made beforehand, kept-alive connections, and every receipt counted.

The client shares two cores with what it measures, so it is a bare one on asyncio's streams.
"""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sangathan_chassis.ids import uuid7
from sangathan_embedded.ports import LOOPBACK

PATH = "/v1/sync-batches"
_NAMES = (("रमेश", "Ramesh"), ("सुनीता", "Sunita"), ("महेश", "Mahesh"), ("कविता", "Kavita"), ("दिनेश", "Dinesh"))
_OUTCOMES = (b'"accepted"', b'"already-there"', b'"rejected"')


@dataclass(frozen=True, slots=True)
class Batch:
    """A request as bytes, and how many records are in it."""

    request: bytes
    records: int


@dataclass(slots=True)
class Receipts:
    """What came back."""

    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def accepted(self) -> int:
        """Records accepted for the first time."""
        return self.outcomes["accepted"]


def a_batch(headers: Sequence[str], booths: Sequence[dict[str, str]], records: int, *, first: int = 0) -> Batch:
    """A batch of good records over some booths, sent under these headers."""
    told = [_record(booths[n % len(booths)]["id"], first + n) for n in range(records)]
    batch = {"batch_id": str(uuid7()), "device_id": str(UUID(int=first)), "records": told}
    return Batch(a_post(PATH, headers, batch), records)


def a_post(path: str, headers: Sequence[str], told: dict[str, Any]) -> bytes:
    """A request with a JSON body."""
    body = json.dumps(told).encode()
    said = "".join(f"{header}\r\n" for header in headers)
    head = (
        f"POST {path} HTTP/1.1\r\nhost: bench\r\n{said}content-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send(port: int, batches: Iterable[Batch], *, connections: int) -> Receipts:
    """Sends every batch once, over so many connections at a time; raises RuntimeError for any answer but 200."""
    waiting, receipts = deque(batches), Receipts()

    async def device() -> None:
        reader, writer = await asyncio.open_connection(LOOPBACK, port, limit=1 << 20)
        while waiting:
            batch = waiting.popleft()
            begun = time.perf_counter()
            writer.write(batch.request)
            body = await _answer(reader)
            receipts.seconds.append(time.perf_counter() - begun)
            receipts.outcomes.update({name.decode()[1:-1]: body.count(name) for name in _OUTCOMES})
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(device() for _ in range(connections)))
    return receipts


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"a batch was not taken: {head.decode()}{body[:500].decode()}")
    return body


def _record(unit_id: str, number: int) -> dict[str, Any]:
    hindi, english = _NAMES[number % len(_NAMES)]
    captured = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    consent = {"purpose": "membership", "notice_version": "1", "language": "hi", "how": "written"}
    return {
        "id": str(uuid7()),
        "unit_id": unit_id,
        "name_hi": f"{hindi} नमूना",
        "name_en": f"{english} Namuna",
        "relation_type": "father",
        "relation_name": "पूर्वज नमूना",
        "gender": "female" if number % 2 else "male",
        "birth_year": 1951 + number % 50,
        "phone": f"+91{6_500_000_000 + number % 100_000_000}",
        "captured_at": captured,
        "consent": {**consent, "given_at": captured},
    }
