"""Whether a drive has lost or doubled anything: rows compared with what the devices held, whatever they were answered.

A good record is one worker, one consent, one receipt, one capture and one announcement; a bad one is kept once with its
reason. Each unit's counters are what its rows add up to.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
import nats
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from sangathan_bench.drive_ground import Drive
from sangathan_bench.drive_records import Haul
from sangathan_bench.stage import Stage
from sangathan_contracts.registry import WorkersEnrolled
from sangathan_contracts.topology import OPERATOR, inbox_prefix

_FETCHED: Final = 500
_PUT: Final = """
CREATE TEMP TABLE sent (id uuid PRIMARY KEY, good boolean NOT NULL);
CREATE TEMP TABLE announced (event_id text NOT NULL, worker_id uuid NOT NULL)
"""
_UNANNOUNCED: Final = (
    "SELECT count(*) FROM sent s WHERE good AND NOT EXISTS (SELECT FROM announced a WHERE a.worker_id = s.id)"
)
_ANNOUNCED_TWICE: Final = """
SELECT count(*) FROM (
    SELECT worker_id FROM announced a JOIN sent s ON s.id = a.worker_id WHERE s.good
    GROUP BY worker_id HAVING count(DISTINCT event_id) > 1
) AS twice
"""
_PLACES: Final = {"workers": "id", "consents": "worker_id", "receipts": "record_id", "captures": "record_id"}
_LOST: Final = "SELECT count(*) FROM sent s WHERE {good} AND NOT EXISTS (SELECT FROM {table} t WHERE t.{column} = s.id)"
_ROWS: Final = (
    "SELECT count(*), count(DISTINCT t.{column}) FROM {table} t JOIN sent s ON s.id = t.{column} WHERE {good}"
)
_UNSENT: Final = (
    "SELECT count(*) FROM {table} t WHERE {mine} AND NOT EXISTS (SELECT FROM sent s WHERE s.id = t.record_id)"
)
_SPREAD: Final = """
SELECT array_to_string(codes[1:depth], '.') || '.' AS path, sum(n) AS n
FROM (SELECT string_to_array(rtrim(path, '.'), '.') AS codes, n FROM per_unit) AS one,
    generate_series(1, cardinality(codes)) AS depth GROUP BY 1
"""
_COUNTERS: Final = """
WITH per_unit AS ({rows}), truth AS ({spread}), kept AS ({kept})
SELECT count(*) FROM truth FULL JOIN kept USING (path) WHERE coalesce(truth.n, 0) <> coalesce(kept.n, 0)
"""
_WORKERS: Final = "SELECT path, count(*) AS n FROM workers WHERE status = 'active' GROUP BY path"
_FOLDED: Final = "SELECT path, workers AS n FROM unit_counts"
_OF_DRIVE: Final = {
    "accepted": "SELECT path, count(*) AS n FROM captures WHERE drive_id = '{drive}' GROUP BY path",
    "rejected": "SELECT path, count(*) AS n FROM rejected_records WHERE drive_id = '{drive}' GROUP BY path",
    "collected": (
        "SELECT path, sum(greatest(reported, received)) AS n FROM device_tallies"
        " WHERE drive_id = '{drive}' GROUP BY path"
    ),
    "target": "SELECT path, sum(target) AS n FROM drive_booths WHERE drive_id = '{drive}' GROUP BY path",
}
_DRIVE_FOLDED: Final = "SELECT path, sum({name}) AS n FROM drive_counts WHERE drive_id = '{drive}' GROUP BY path"
_ON_TRAIL: Final = """
SELECT coalesce(sum(records), 0) FROM audit_entries
WHERE batch_id IN (SELECT batch_id FROM receipts r JOIN sent s ON s.id = r.record_id)
"""
_FOUND: Final = (
    "SELECT count(*) FROM duplicates d JOIN pairs p ON d.one = least(p.a, p.b) AND d.other = greatest(p.a, p.b)"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many records are missing somewhere, are there too often, and how many counters are wrong."""

    lost: int
    doubled: int
    receipts: int
    counters_wrong: int


async def verdict(stage: Stage, drive: Drive, haul: Haul) -> Verdict:
    """Compares everything."""
    connection = await asyncpg.connect(stage.admin_url("registry"))
    try:
        await connection.execute(_PUT)
        await connection.copy_records_to_table("sent", records=haul.ids())
        await connection.execute("ANALYZE sent")
        lost, doubled = await _rows(connection)
        await _take_announced(stage, connection)
        lost += int(await connection.fetchval(_UNANNOUNCED))
        doubled += int(await connection.fetchval(_ANNOUNCED_TWICE))
        doubled += await _unsent(connection, drive)
        doubled += abs(int(await connection.fetchval(_ON_TRAIL)) - haul.good)
        receipts = await connection.fetchval("SELECT count(*) FROM receipts r JOIN sent s ON s.id = r.record_id")
        return Verdict(lost, doubled, int(receipts), await _counters(connection, drive))
    finally:
        await connection.close()


async def found_twice(stage: Stage, haul: Haul) -> int:
    """How many of the pairs that tell of one person wait for somebody's decision."""
    connection = await asyncpg.connect(stage.admin_url("registry"))
    try:
        await connection.execute("CREATE TEMP TABLE pairs (a uuid, b uuid)")
        await connection.copy_records_to_table("pairs", records=haul.twice)
        return int(await connection.fetchval(_FOUND))
    finally:
        await connection.close()


async def _rows(connection: asyncpg.Connection) -> tuple[int, int]:
    """Records without their rows, and rows that are there more than once."""
    lost = doubled = 0
    wanted = [(table, column, "s.good") for table, column in _PLACES.items()]
    for table, column, good in [*wanted, ("rejected_records", "record_id", "NOT s.good")]:
        place = {"table": table, "column": column, "good": good}
        lost += int(await connection.fetchval(_LOST.format(**place)))
        [(rows, distinct)] = await connection.fetch(_ROWS.format(**place))
        doubled += rows - distinct
        doubled += await _on_the_wrong_side(connection, place)
    return lost, doubled


async def _on_the_wrong_side(connection: asyncpg.Connection, place: dict[str, str]) -> int:
    """Bad records on record, or good ones among the rejected."""
    other = {**place, "good": f"NOT ({place['good']})"}
    return int((await connection.fetch(_ROWS.format(**other)))[0][0])


async def _unsent(connection: asyncpg.Connection, drive: Drive) -> int:
    """Rows of the drive that no device has sent."""
    mine = f"drive_id = '{drive.id}'"
    tables = ("captures", "rejected_records")
    return sum([int(await connection.fetchval(_UNSENT.format(table=table, mine=mine))) for table in tables])


async def _counters(connection: asyncpg.Connection, drive: Drive) -> int:
    pairs: Iterable[tuple[str, str]] = (
        (_WORKERS, _FOLDED),
        *(
            (rows.format(drive=drive.id), _DRIVE_FOLDED.format(name=name, drive=drive.id))
            for name, rows in _OF_DRIVE.items()
        ),
    )
    wrong = 0
    for rows, kept in pairs:
        wrong += int(await connection.fetchval(_COUNTERS.format(rows=rows, spread=_SPREAD, kept=kept)))
    return wrong


async def _take_announced(stage: Stage, connection: asyncpg.Connection) -> None:
    """Puts down which event announced which record, an event that was published again being one."""
    async for rows in _announcements(stage):
        await connection.copy_records_to_table("announced", records=rows)
    await connection.execute("CREATE INDEX ON announced (worker_id); ANALYZE announced")


async def _announcements(stage: Stage) -> AsyncIterator[list[tuple[str, UUID]]]:
    config = ConsumerConfig(
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.NONE,
        filter_subject=f"ev.{WorkersEnrolled.type}.>",
        inactive_threshold=60,
        mem_storage=True,
    )
    password = stage.secrets.nats_password(OPERATOR)
    client = await nats.connect(stage.nats_url, user=OPERATOR, password=password, inbox_prefix=inbox_prefix(OPERATOR))
    decode: Any = msgspec.json.Decoder(WorkersEnrolled).decode
    try:
        info = await client.jsm().add_consumer("EV_REGISTRY", config)
        left = info.num_pending or 0
        pulled = await client.jetstream().pull_subscribe_bind(consumer=info.name, stream="EV_REGISTRY")
        while left:
            messages = await pulled.fetch(min(_FETCHED, left), timeout=30)
            left -= len(messages)
            yield [
                ((one.headers or {})["ce-id"], worker_id)
                for one in messages
                for worker_id in decode(one.data).worker_ids
            ]
    finally:
        await client.close()
