"""Keeps the path of every row true to its unit's: the scope is only as right as the paths are."""

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import upper_bound
from sangathan_registry.store import confirmation_counts, counts, drives

_BY_UNIT = (
    *("receipts", "rejected_records", "assignments", "audit_entries"),
    *("forms", "drives", "captures", "answer_revisions", "drive_limit_changes", "drive_booths", "device_tallies"),
    "break_glass_openings",
    *("erasures", "unit_fences", "drive_flags", "drive_days"),
    *("transfers", "exports", "export_parts"),
    *("worker_imports", "worker_import_files", "worker_import_rows"),
    *("grievances", "denials"),
    *("cases", "case_steps", "case_evidence", "case_statements"),
)
_CONSENTS_MOVED = """
UPDATE consents c SET path = $3 || substr(c.path, $4) FROM workers w
WHERE w.path >= $1 AND w.path < $2 AND c.worker_id = w.id
"""
_MOVED = "UPDATE {} SET path = $3 || substr(path, $4) WHERE path >= $1 AND path < $2"
_SIDE_MOVED = "UPDATE {1} SET {0} = $3 || substr({0}, $4) WHERE {0} >= $1 AND {0} < $2"
_SIDES = (
    ("one_path", "duplicates"),
    ("other_path", "duplicates"),
    ("opener_path", "break_glass_openings"),
    ("to_path", "transfers"),
)
_DERIVED = "UPDATE {0} t SET path = u.path FROM unit_replica u WHERE u.unit_id = t.unit_id AND t.path <> u.path"
_OPENERS = """
UPDATE break_glass_openings o SET opener_path = u.path FROM unit_replica u
WHERE u.unit_id = o.opener_unit_id AND o.opener_path <> u.path
"""
_TRANSFERS_TO = """
UPDATE transfers t SET to_path = u.path FROM unit_replica u WHERE u.unit_id = t.to_unit_id AND t.to_path <> u.path
"""
_BY_WORKER = (
    "UPDATE consents c SET path = w.path FROM workers w WHERE w.id = c.worker_id AND c.path <> w.path",
    "UPDATE worker_revisions r SET path = w.path FROM workers w WHERE w.id = r.worker_id AND r.path <> w.path",
    "UPDATE worker_keys k SET path = w.path FROM workers w WHERE w.id = k.worker_id AND k.path <> w.path",
    "UPDATE confirmations c SET path = w.path FROM workers w WHERE w.id = c.worker_id AND c.path <> w.path",
    "UPDATE renotices r SET path = w.path FROM workers w WHERE w.id = r.worker_id AND r.path <> w.path",
    "UPDATE text_messages m SET path = w.path FROM workers w WHERE w.id = m.worker_id AND m.path <> w.path",
    "UPDATE worker_photos p SET path = w.path FROM workers w WHERE w.id = p.worker_id AND p.path <> w.path",
    "UPDATE consent_evidence e SET path = w.path FROM workers w WHERE w.id = e.worker_id AND e.path <> w.path",
    "UPDATE cards k SET path = w.path FROM workers w WHERE w.id = k.worker_id AND k.path <> w.path",
    "UPDATE duplicates d SET one_path = w.path FROM workers w WHERE w.id = d.one AND d.one_path <> w.path",
    "UPDATE duplicates d SET other_path = w.path FROM workers w WHERE w.id = d.other AND d.other_path <> w.path",
)


async def move_paths(connection: Connection, old_path: str, new_path: str) -> None:
    """Every path that begins with ``old_path`` begins with ``new_path``; the counters follow."""
    arguments = (old_path, upper_bound(old_path), new_path, len(old_path) + 1)
    await connection.execute(_CONSENTS_MOVED, *arguments)
    own = ("workers", "worker_keys", "worker_revisions", "worker_photos", "consent_evidence", "cards")
    counted = ("count_deltas", "drive_deltas", "drive_counts")
    asked = ("confirmations", "confirmation_deltas", "text_messages", "renotices")
    for table in (*own, *counted, *asked, *_BY_UNIT):
        await connection.execute(_MOVED.format(table), *arguments)
    for side in _SIDES:
        await connection.execute(_SIDE_MOVED.format(*side), *arguments)
    await counts.move(connection, old_path, new_path)
    await confirmation_counts.move(connection, old_path, new_path)
    await drives.carry(connection, new_path, *counts.lost_and_gained(old_path, new_path))


async def derive_paths(connection: Connection) -> None:
    """Takes every row's path anew from the replica, and counts anew."""
    for table in ("workers", *_BY_UNIT):
        await connection.execute(_DERIVED.format(table))
    for statement in (*_BY_WORKER, _OPENERS, _TRANSFERS_TO):
        await connection.execute(statement)
    await connection.execute(counts.RECOUNT)
    await connection.execute(drives.RECOUNT)
    await connection.execute(confirmation_counts.RECOUNT)
