"""What the job flags among records that batches have brought, one statement per kind of rule, whatever their number.

Counts by person, device and spot are kept in ``drive_paces`` and grow with what comes, so that nothing is counted anew.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_registry.domain.flags import Limits
from sangathan_registry.store.flags import put

_TAKE: Final = """
DELETE FROM drive_flag_queue WHERE ctid = ANY(ARRAY(SELECT ctid FROM drive_flag_queue ORDER BY id LIMIT $1))
RETURNING drive_id, vistarak_id, device_id, record_ids, spots
"""
_DAY: Final = "(captured_at AT TIME ZONE 'Asia/Kolkata')::date"
_ONCE: Final = "to_timestamp(0)"
_BROUGHT: Final = f"""
brought AS (
    SELECT s.*, c.unit_id, c.path, c.captured_at, {_DAY} AS day, d.limits
    FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bytea[])
        AS s (drive_id, record_id, vistarak_id, device_id, spot)
    JOIN captures c ON c.record_id = s.record_id JOIN drives d ON d.id = s.drive_id
)
"""  # noqa: S608


def _limit(name: str) -> str:
    return f"coalesce((limits->>'{name}')::int, {getattr(Limits(), name)})"


def _paced(rule: str, about: str, subject: str, *, slot: str, limit: str) -> str:
    """How many of one subject a queue holds within a slot, beside the last of them."""
    named = "record_id" if about == "record" else subject
    record = "(array_agg(record_id ORDER BY captured_at DESC))[1]" if about == "record" else "NULL::uuid"
    key = f"uuid_send({subject})" if about != "record" else subject
    return f"""
    SELECT drive_id, '{rule}' AS rule, '{about}' AS about, {key} AS subject, {slot} AS slot, count(*)::int AS n,
        (array_agg({named} ORDER BY captured_at DESC))[1] AS subject_id, {record} AS record_id,
        (array_agg(unit_id ORDER BY captured_at DESC))[1] AS unit_id,
        (array_agg(path ORDER BY captured_at DESC))[1] AS path,
        (array_agg(day ORDER BY captured_at DESC))[1] AS day, min({_limit(limit)}) AS allowed
    FROM brought WHERE {subject} IS NOT NULL GROUP BY drive_id, {subject}, {slot}
    """  # noqa: S608 - constants of this module.


_MIDNIGHT: Final = "day::timestamp AT TIME ZONE 'UTC'"
_HOUR: Final = "date_trunc('hour', captured_at)"
# A crowded place is named once, by the record with which it became so; a person's or device's number grows on.
_PACES: Final = put(
    f"""{_BROUGHT.strip()}, paced AS (
    {_paced("vistarak-pace", "vistarak", "vistarak_id", slot=_HOUR, limit="per_vistarak_hour")}
    UNION ALL {_paced("device-pace", "device", "device_id", slot=_HOUR, limit="per_device_hour")}
    UNION ALL {_paced("place-crowded", "record", "spot", slot=_MIDNIGHT, limit="per_place_day")}
), grown AS (
    INSERT INTO drive_paces AS p (drive_id, rule, subject, slot, seen)
    SELECT drive_id, rule, subject, slot, n FROM paced ORDER BY drive_id, rule, subject, slot
    ON CONFLICT (drive_id, rule, subject, slot) DO UPDATE SET seen = p.seen + EXCLUDED.seen
    RETURNING p.drive_id, p.rule, p.subject, p.slot, p.seen
), found AS (
    SELECT p.drive_id, p.rule, p.about, p.subject_id, CASE p.about WHEN 'record' THEN {_ONCE} ELSE p.slot END AS slot,
        p.record_id, p.unit_id, p.path, p.day, g.seen, p.allowed
    FROM paced p JOIN grown g USING (drive_id, rule, subject, slot)
    WHERE g.seen > p.allowed AND (p.about <> 'record' OR g.seen - p.n <= p.allowed)
)""",  # noqa: S608
    grow=True,
)
# What half a district shares is not looked up beyond what somebody could ever review.
_PHONES: Final = put(
    f"""{_BROUGHT.strip()}, phones AS (
    SELECT DISTINCT b.drive_id, w.phone_index, {_limit("per_phone")} AS allowed
    FROM brought b JOIN workers w ON w.id = b.record_id WHERE w.phone_index IS NOT NULL
), sharers AS (
    SELECT p.drive_id, p.allowed, s.*, count(*) OVER (PARTITION BY p.drive_id, p.phone_index)::int AS seen
    FROM phones p CROSS JOIN LATERAL (
        SELECT c.record_id, c.unit_id, c.path, c.captured_at FROM workers w JOIN captures c ON c.record_id = w.id
        WHERE w.phone_index = p.phone_index AND w.status = 'active' AND c.drive_id = p.drive_id LIMIT 500
    ) AS s
), found AS (
    SELECT drive_id, 'phone-shared' AS rule, 'record' AS about, record_id AS subject_id, {_ONCE} AS slot, record_id,
        unit_id, path, {_DAY} AS day, seen, allowed FROM sharers WHERE seen > allowed
)""",  # noqa: S608
    grow=True,
)
_SAME_NAMES: Final = """
    o.id <> w.id AND o.status = 'active' AND o.name_key = w.name_key AND o.name_key_en = w.name_key_en
    AND o.relation_type IS NOT DISTINCT FROM w.relation_type
"""
# The same person's names and phone; or, without a phone, names, age and gender, at the same booth and moment. The
# relation's name is sealed and stays out of it; people see both records.
_IDENTICAL: Final = put(
    f"""{_BROUGHT.strip()}, alike AS (
    SELECT b.drive_id, w.id AS one, other.id AS other FROM brought b JOIN workers w ON w.id = b.record_id
    CROSS JOIN LATERAL (
        (SELECT o.id FROM workers o WHERE o.phone_index = w.phone_index AND {_SAME_NAMES} LIMIT 20)
        UNION ALL
        (SELECT o.id FROM workers o WHERE w.phone_index IS NULL AND o.phone_index IS NULL AND o.path = w.path
            AND {_SAME_NAMES} AND o.captured_at = w.captured_at AND o.birth_year IS NOT DISTINCT FROM w.birth_year
            AND o.gender IS NOT DISTINCT FROM w.gender LIMIT 20)
    ) AS other WHERE w.status = 'active'
), both_of AS (
    SELECT drive_id, one AS record_id FROM alike UNION SELECT drive_id, other FROM alike
), found AS (
    SELECT c.drive_id, 'identical' AS rule, 'record' AS about, c.record_id AS subject_id, {_ONCE} AS slot,
        c.record_id, c.unit_id, c.path, {_DAY} AS day, NULL::int AS seen, NULL::int AS allowed
    FROM both_of JOIN captures c USING (drive_id, record_id)
)""",  # noqa: S608
    grow=False,
)


# Step by step over all that drives captured; what was taken back or has gone asks for nothing any more.
_UNCONFIRMED: Final = put(
    f"""found AS (
    SELECT c.drive_id, 'unconfirmed' AS rule, 'record' AS about, c.record_id AS subject_id, {_ONCE} AS slot,
        c.record_id, c.unit_id, c.path, {_DAY.replace("captured_at", "c.captured_at")} AS day,
        extract(day FROM $1::timestamptz - c.received_at)::int AS seen, {_limit("unconfirmed_days")} AS allowed
    FROM captures c JOIN drives d ON d.id = c.drive_id JOIN workers w ON w.id = c.record_id
    JOIN consents s ON s.worker_id = c.record_id AND s.purpose = 'membership'
    WHERE c.record_id = ANY($2) AND w.status = 'active' AND s.confirmed_at IS NULL AND s.withdrawn_at IS NULL
        AND c.received_at < $1::timestamptz - make_interval(days => {_limit("unconfirmed_days")})
)""",  # noqa: S608
    grow=True,
)
_NEXT: Final = "SELECT record_id FROM captures WHERE record_id > $1 ORDER BY record_id LIMIT $2"


async def flag_unconfirmed(work: Work, after: UUID, most: int) -> UUID | None:
    """Flags those of the next captures whose person has not confirmed in time; gives the last, or None at the end."""
    ids = [row["record_id"] for row in await work.raw.fetch(_NEXT, after, most)]
    if not ids:
        return None
    await work.raw.execute(_UNCONFIRMED, work.now, ids)
    return UUID(int=ids[-1].int)


async def take(connection: Connection, most: int) -> Sequence[Any]:
    """Takes what up to so many batches brought from the queue."""
    return await connection.fetch(_TAKE, most)


async def flag(work: Work, batches: Iterable[Any]) -> None:
    """Flags what is odd about these records, or has become so with them."""
    rows = [
        (batch["drive_id"], record_id, batch["vistarak_id"], batch["device_id"], spot)
        for batch in batches
        for record_id, spot in zip(
            batch["record_ids"], batch["spots"] or [None] * len(batch["record_ids"]), strict=True
        )
    ]
    columns = list(map(list, zip(*rows, strict=True)))
    for statement in (_PACES, _PHONES, _IDENTICAL):
        await work.raw.execute(statement, work.now, *columns)
