"""Records of a drive through Directus on the same PostgreSQL, in turns with our own way in: the ratio of their pace.

Directus is sent the same kind of records in batches of the same size, over as many connections at a time. It takes each
as a row of `workers` alone, behind the same row-level security, holds it to its policy's rule, and keeps its own record
of the act. Consent, answers, seals, receipt, counters and announcement are left to us, and so are bad records, which
would cost it a whole batch. What it wrote is taken away again.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
import httpx
import msgspec

from sangathan_bench import directus
from sangathan_bench.drive_devices import Crowd
from sangathan_bench.drive_ground import begin_drive, vistaraks
from sangathan_bench.drive_records import RECORDS_EACH, Haul, collect
from sangathan_bench.drive_watch import drained
from sangathan_bench.figures import Figures, interleaved, medians
from sangathan_bench.stage import Stage
from sangathan_demo.tree import STATE_PATH
from sangathan_embedded.ports import LOOPBACK

RECORDS: Final = 20_000
ROUNDS: Final = 3
_DRAINED_WITHIN_S: Final = 600.0
_RULE: Final = {
    "_and": [
        {"birth_year": {"_between": [1900, 2007]}},
        {"gender": {"_in": ["female", "male", "other"]}},
        {"relation_type": {"_in": ["father", "mother", "husband"]}},
        {"status": {"_eq": "active"}},
    ]
}
_TAKEN: Final = (
    *("id", "unit_id", "name_hi", "name_en", "relation_type", "relation_name"),
    *("gender", "birth_year", "captured_at"),
)


def beside_directus(figures: Figures, stage: Stage, at_once: int, records: int, *, before: int) -> None:
    """Adds ``vs_directus``; says why when Directus cannot be had. ``before`` records of others were made already."""
    folder = directus.program(figures)
    if folder is None:
        return
    figures.say(f"{records} more records go in, and as many through Directus")
    haul = asyncio.run(_collected(stage, records, before))
    try:
        with directus.directus(stage, folder, STATE_PATH) as peer:
            peer.allow("workers", "create", permissions={}, validation=_RULE)
            _measure(figures, stage, (peer, haul), at_once)
    finally:
        haul.discard()


async def _collected(stage: Stage, records: int, before: int) -> Haul:
    sent = await vistaraks(stage, -(-2 * records // RECORDS_EACH))
    await drained(stage, _DRAINED_WITHIN_S)
    return collect(stage.data / "drive-bodies-beside", await begin_drive(stage), sent, 2 * records, before=before)


def _measure(figures: Figures, stage: Stage, held: tuple[directus.Directus, Haul], at_once: int) -> None:
    """Both take the batches of every other device, so many devices a round."""
    peer, haul = held
    rounds = range(ROUNDS)
    ours = deque(Haul(haul.file, haul.devices[2 * one :: 2 * ROUNDS]) for one in rounds)
    items = _Items(stage)
    theirs = deque(items.of(Haul(haul.file, haul.devices[2 * one + 1 :: 2 * ROUNDS])) for one in rounds)
    try:
        measured = interleaved(
            {
                "sangathan": lambda: _through_us(stage.port, ours.popleft(), at_once),
                "directus": lambda: asyncio.run(_through_directus(peer.port, theirs.popleft(), at_once)),
            },
            ROUNDS,
        )
    finally:
        asyncio.run(items.taken_away())
    per_s = medians(measured)
    figures.add("records_per_s", per_s["sangathan"], "1/s", case="beside-directus")
    figures.add("records_per_s", per_s["directus"], "1/s", case="directus")
    figures.add("vs_directus", per_s["sangathan"] / per_s["directus"], "ratio")


class _Items:
    """Records of a haul as Directus takes them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._paths = {row["id"]: row["path"] for row in stage.units()}
        self._ids: list[str] = []

    def of(self, haul: Haul) -> list[tuple[int, bytes]]:
        """The bodies, batch by batch, each with how many records it has."""
        bodies = []
        with haul.file.open("rb") as file:
            for batch in (batch for device in haul.devices for batch in device.batches):
                file.seek(batch.at)
                rows = list(self._good(msgspec.json.decode(file.read(batch.length))))
                self._ids += [row["id"] for row in rows]
                bodies.append((len(rows), msgspec.json.encode(rows)))
        return bodies

    async def taken_away(self) -> None:
        """Nothing stays of what Directus wrote."""
        connection = await asyncpg.connect(self._stage.admin_url("registry"))
        try:
            await connection.execute("DELETE FROM workers WHERE id = ANY($1::uuid[])", self._ids)
        finally:
            await connection.close()

    def _good(self, batch: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        now = datetime.now(UTC).isoformat()
        for record in batch["records"]:
            path = self._paths.get(record["unit_id"])
            if path is None or record["birth_year"] > 2007:
                continue
            yield {
                **{name: record[name] for name in _TAKEN},
                "path": path,
                "name_key": record["name_hi"] or "",
                "name_key_en": (record["name_en"] or "").lower(),
                "source": "drive",
                "status": "active",
                "version": 1,
                "created_at": now,
                "changed_at": now,
            }


def _through_us(port: int, haul: Haul, at_once: int) -> float:
    crowd = Crowd(port, haul, at_once)
    begun = time.monotonic()
    sent = asyncio.run(crowd.send_all(haul.devices))
    seconds = time.monotonic() - begun
    if crowd.answers.strange:
        raise RuntimeError(f"an answer that nobody may get: {crowd.answers.strange[0]}")
    return sent / seconds


async def _through_directus(port: int, bodies: list[tuple[int, bytes]], at_once: int) -> float:
    waiting = deque(body for _, body in bodies)
    headers = {"authorization": f"Bearer {directus.TOKEN}", "content-type": "application/json"}
    url = f"http://{LOOPBACK}:{port}"
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=300, trust_env=False) as http:

        async def next_ones() -> None:
            while waiting:
                reply = await http.post("/items/workers", content=waiting.popleft())
                if not reply.is_success:
                    raise RuntimeError(f"Directus did not take a batch: {reply.status_code} {reply.text[:500]}")

        begun = time.monotonic()
        await asyncio.gather(*(next_ones() for _ in range(at_once)))
        return sum(many for many, _ in bodies) / (time.monotonic() - begun)
