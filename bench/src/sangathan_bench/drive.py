"""The whole drive once more: 20,000 vistaraks bring home 1.3 million records from 65,015 booths, through the gateway.

Each record is validated against the drive's form, consented, receipted, counted, audited, announced and looked up for
duplicates. Devices send batches of 20 to 65 over connections of their own, 2% of them again, 1% over a connection that
is cut before the answer; 1% of the records are bad. The clock stops at the last answer; `drain_s` is how long outboxes,
counters, trail and consumers then still need, and `match_drain_s` how long until every record has been compared.
Afterwards rows are compared with what the devices held. In a drive of many devices the first of them, one per
connection, send before the clock starts: a connection's first statements are dear, and its later ones are not. Made
beforehand and not in the time are the vistaraks, their tokens (minted, not signed in), and the bodies. The run takes
place on a copy of the data, which is deleted afterwards. At the end more records go in, in turns with as many through
Directus (`drive_beside`).
"""

import argparse
import asyncio
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sangathan_bench.drive_beside import RECORDS as RECORDS_BESIDE
from sangathan_bench.drive_beside import beside_directus
from sangathan_bench.drive_checks import found_twice, verdict
from sangathan_bench.drive_devices import Crowd
from sangathan_bench.drive_ground import Drive, begin_drive, vistaraks
from sangathan_bench.drive_records import RECORDS_EACH, Haul, collect
from sangathan_bench.drive_watch import Memory, drained, matched, megabytes, told, watched_memory
from sangathan_bench.figures import Figures
from sangathan_bench.stage import DATA, Stage
from sangathan_bench.sync import Meter

RECORDS = 1_300_000
AT_ONCE = 16
DRAINED_WITHIN_S = 600.0
MATCHED_WITHIN_S = 3_600.0
_FIRST_OF = 10


def main(*, json: bool = False, arguments: Sequence[str] = ()) -> int:
    """Measures and prints; gives the exit code, which is 1 when anything was lost, doubled or miscounted."""
    options = argparse.ArgumentParser(prog="sangathan bench drive")
    options.add_argument("--data", type=Path, default=DATA / "drive", help="where the state before the drive is kept")
    options.add_argument("--scale", default="full", help="the demo state to load when the directory is new")
    options.add_argument("--records", type=int, default=RECORDS, help="how many records are collected in all")
    options.add_argument("--at-once", type=int, default=AT_ONCE, help="how many devices send at the same time")
    options.add_argument("--match-within", type=float, default=MATCHED_WITHIN_S, help="seconds to wait for duplicates")
    options.add_argument("--no-peers", action="store_true", help="fetch nothing, and leave the comparison out")
    options.add_argument("--keep", action="store_true", help="keep the copy that the drive was run on")
    given = options.parse_args(list(arguments))
    figures = Figures("drive", as_json=json)
    sent = -(-given.records // RECORDS_EACH)
    with ground(figures, given, sent) as stage:
        code = asyncio.run(_run(figures, stage, given))
        if not given.no_peers:
            beside_directus(figures, stage, given.at_once, min(given.records, RECORDS_BESIDE), before=given.records)
        return code


@contextmanager
def ground(figures: Figures, given: argparse.Namespace, sent: int) -> Iterator[Stage]:
    """A system whose vistaraks are there; on a copy, unless the system runs already and is used as it is."""
    with Stage(figures, given.data, given.scale) as stage:
        asyncio.run(_prepared(figures, stage, sent))
        if not stage.started_here:
            yield stage
            return
    copy = given.data.with_name(f"{given.data.name}-run")
    _copied(given.data, copy)
    try:
        with Stage(figures, copy, given.scale) as stage:
            yield stage
    finally:
        if not given.keep:
            shutil.rmtree(copy)


async def _prepared(figures: Figures, stage: Stage, sent: int) -> None:
    figures.say(f"{sent} vistaraks are appointed, unless they are there")
    await vistaraks(stage, sent)
    await drained(stage, DRAINED_WITHIN_S)


def _copied(data: Path, copy: Path) -> None:
    """Owners and modes go along, which PostgreSQL insists on."""
    shutil.rmtree(copy, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", data, copy], check=True)


async def _run(figures: Figures, stage: Stage, given: argparse.Namespace) -> int:
    sent = await vistaraks(stage, -(-given.records // RECORDS_EACH))
    drive = await begin_drive(stage)
    figures.say(f"{given.records} records are made up")
    haul = collect(stage.data / "drive-bodies", drive, sent, given.records)
    try:
        return await _measured(figures, stage, (drive, haul), given)
    finally:
        haul.discard()


async def _measured(figures: Figures, stage: Stage, held: tuple[Drive, Haul], given: argparse.Namespace) -> int:
    haul = held[1]
    crowd = Crowd(stage.port, haul, given.at_once)
    first = given.at_once if len(haul.devices) >= _FIRST_OF * given.at_once else 0
    await crowd.send_all(haul.devices[:first])
    crowd.answers.seconds.clear()
    await drained(stage, DRAINED_WITHIN_S)
    meter, before = Meter(stage), await asyncio.to_thread(megabytes, stage.data)
    async with watched_memory(stage) as memory, told(figures, crowd, haul.records):
        begun = time.monotonic()
        with meter:
            sent = await crowd.send_all(haul.devices[first:])
        seconds = time.monotonic() - begun
        await drained(stage, DRAINED_WITHIN_S)
        drain = time.monotonic() - begun - seconds
    figures.add("seconds", seconds, "s")
    figures.add("records_per_s", sent / seconds, "1/s")
    figures.add("batch_p99_ms", statistics.quantiles(crowd.answers.seconds, n=100)[98] * 1e3, "ms")
    figures.add("drain_s", drain, "s")
    _say_memory(figures, memory)
    figures.add("disk_mb", await asyncio.to_thread(megabytes, stage.data) - before, "MB")
    for part, spent in meter.seconds.items():
        figures.add("cpu_us_per_record", spent / sent * 1e6, "us", case=part)
    figures.say(f"answers: {dict(crowd.answers.met)}")
    return await _checked(figures, stage, held, crowd.answers.strange) | await _matched(figures, stage, haul, given)


def _say_memory(figures: Figures, memory: Memory) -> None:
    for name, peak in memory.peak().items():
        figures.add("peak_rss_mb", peak, "MB", case="" if name == "sum" else name)
    figures.add("rss_growth", memory.growth(), "ratio")


async def _checked(figures: Figures, stage: Stage, held: tuple[Drive, Haul], strange: Sequence[str]) -> int:
    drive, haul = held
    found = await verdict(stage, drive, haul)
    figures.add("lost", found.lost, "1")
    figures.add("doubled", found.doubled, "1")
    figures.add("receipts", found.receipts, "1")
    figures.add("counters_wrong", found.counters_wrong, "1")
    for one in strange[:3]:
        figures.say(f"an answer that nobody may get: {one}")
    whole = found.receipts == haul.good and not (found.lost or found.doubled or found.counters_wrong or strange)
    return 0 if whole else 1


async def _matched(figures: Figures, stage: Stage, haul: Haul, given: argparse.Namespace) -> int:
    begun = time.monotonic()
    if not await matched(stage, given.match_within):
        figures.say(f"not every record had been compared after {given.match_within:.0f} s: match_drain_s is left out")
        return 0
    figures.add("match_drain_s", time.monotonic() - begun, "s")
    if haul.twice:
        figures.add("twice_found", await found_twice(stage, haul) / len(haul.twice), "ratio")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
