"""Records that phones bring home: batches through the gateway, validated, receipted, audited and announced.

Each round sends batches that nobody has sent before, from presidents of several districts and over several booths each;
every record must come back accepted. A round's clock stops at the last receipt; `drain_s` is how long the outbox then
still needs. What was written is taken away again, so that the next run finds the same registry.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence

import asyncpg
import psutil

from sangathan_bench.devices import Batch, Receipts, a_batch, send
from sangathan_bench.figures import Figures
from sangathan_bench.stage import Stage, parser

RECORDS = 20_000
BATCH = 65
CONNECTIONS = 8
DISTRICTS = 10
BOOTHS_OF_A_BATCH = 3
DRAINED_WITHIN_S = 60.0
PARTS = ("gateway", "registry", "postgres", "nats")

_TAKE_AWAY = """
CREATE TEMP TABLE gone AS SELECT record_id AS id, path FROM receipts;
INSERT INTO count_deltas (path, delta) SELECT w.path, -count(*) FROM workers w JOIN gone USING (id)
    WHERE w.status = 'active' GROUP BY 1;
DELETE FROM consents USING gone WHERE worker_id = gone.id;
DELETE FROM workers w USING gone WHERE w.id = gone.id;
DELETE FROM audit_entries WHERE batch_id IS NOT NULL;
DELETE FROM audit_pending p WHERE NOT EXISTS (SELECT FROM audit_entries e WHERE e.id = p.entry_id);
DELETE FROM receipts;
DROP TABLE gone;
"""


def main(*, json: bool = False, arguments: Sequence[str] = ()) -> int:
    """Measures and prints; gives the exit code."""
    options = parser("sync", scale="full", rounds=3)
    options.add_argument("--records", type=int, default=RECORDS, help="records per round")
    options.add_argument("--batch", type=int, default=BATCH, help="records per batch")
    given = options.parse_args(list(arguments))
    figures = Figures("sync", as_json=json)
    with Stage(figures, given.data, given.scale) as stage:
        asyncio.run(_measure(figures, stage, given.rounds, (given.records, given.batch)))
    return 0


async def _measure(figures: Figures, stage: Stage, rounds: int, size: tuple[int, int]) -> None:
    records, batch = size
    senders = [(stage.headers(who), stage.booths(who.path, 60)) for who in stage.truth.district_presidents[:DISTRICTS]]
    meter = Meter(stage)
    watch = await asyncpg.connect(stage.admin_url("registry"))
    try:
        await send(stage.port, _batches(senders, min(records, 1_000), batch), connections=CONNECTIONS)
        taken = [await _round(stage.port, watch, meter, _batches(senders, records, batch)) for _ in range(rounds)]
    finally:
        await watch.execute(_TAKE_AWAY)
        await watch.close()
    case = f"batches-of-{batch}"
    figures.add("records_per_s", statistics.median(rate for rate, _, _ in taken), "1/s", case=case)
    figures.add("drain_s", statistics.median(drain for _, drain, _ in taken), "s", case=case)
    p99 = [statistics.quantiles(receipts.seconds, n=100)[98] * 1e3 for _, _, receipts in taken]
    figures.add("batch_p99_ms", statistics.median(p99), "ms", case=case)
    for part in PARTS:
        per_record = meter.seconds[part] / (records * rounds) * 1e6
        figures.add("cpu_us_per_record", per_record, "us", case=f"{case}-{part}")


async def _round(
    port: int, watch: asyncpg.Connection, meter: "Meter", batches: Sequence[Batch]
) -> tuple[float, float, Receipts]:
    records = sum(one.records for one in batches)
    with meter:
        begun = time.monotonic()
        receipts = await send(port, batches, connections=CONNECTIONS)
        sent = time.monotonic()
        await drained(watch)
        empty = time.monotonic()
    if receipts.accepted() != records:
        raise RuntimeError(f"{records} records were sent, and this came back: {dict(receipts.outcomes)}")
    return records / (sent - begun), empty - sent, receipts


async def drained(watch: asyncpg.Connection) -> None:
    """Waits until nothing waits to be published; raises RuntimeError when that takes too long."""
    until = time.monotonic() + DRAINED_WITHIN_S
    while await watch.fetchval("SELECT EXISTS (SELECT FROM outbox)"):
        if time.monotonic() > until:
            raise RuntimeError("the outbox does not get empty")
        await asyncio.sleep(0.01)


def _batches(senders: Sequence[tuple[list[str], list[dict[str, str]]]], records: int, size: int) -> list[Batch]:
    batches = []
    for number, first in enumerate(range(0, records, size)):
        headers, booths = senders[number % len(senders)]
        at = number * BOOTHS_OF_A_BATCH % len(booths)
        some = (booths * 2)[at : at + BOOTHS_OF_A_BATCH]
        batches.append(a_batch(headers, some, min(size, records - first), first=first))
    return batches


class Meter:
    """The processor time that each part of the system spends inside the blocks."""

    def __init__(self, stage: Stage) -> None:
        self._processes = {part: stage.process(part) for part in PARTS}
        self._before: dict[str, float] = {}
        self.seconds = dict.fromkeys(PARTS, 0.0)

    def __enter__(self) -> None:
        self._before = {part: _spent(process) for part, process in self._processes.items()}

    def __exit__(self, *_of: object) -> None:
        for part, process in self._processes.items():
            self.seconds[part] += _spent(process) - self._before[part]


def _spent(process: psutil.Process) -> float:
    """Of the process and its children, those that have ended included: PostgreSQL serves each connection by one."""
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        try:
            own = child.cpu_times()
        except psutil.Error:
            continue
        total += own.user + own.system
    return float(total)
