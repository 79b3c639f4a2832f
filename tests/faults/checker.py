"""Compares, row by row, what the services hold with each other and with what callers were promised.

It is to be run when nothing is under way (`quiet.settle`). Each check gives a sentence per fault and none when all is
well; it relies on no constraint of the tables that it reads, since a bug may be the constraint that is missing.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final
from uuid import UUID

from sangathan_cli.audit import Trails, verify_all
from tests.faults.drive_numbers import wrong_numbers
from tests.faults.ledger import Ledger
from tests.faults.places import Places
from tests.faults.quiet import under_way
from tests.faults.streams import announced_workers, broadcast_numbers

REPLICAS: Final = ("registry", "workshops", "notify")
_SHOWN = 3

_UNITS = "SELECT id, parent_id, level, code, path, name_hi, name_en, version, closed_at FROM units"
_UNIT_REPLICA = _UNITS.replace("id, parent", "unit_id, parent", 1).replace("units", "unit_replica")
_APPOINTMENTS = "SELECT id, person_id, office, unit_id, valid_from, valid_to, version, ended_at FROM appointments"
# What another system was granted is no office held: no replica needs it.
_HELD = f"{_APPOINTMENTS} WHERE client_id IS NULL"
_APPOINTMENT_REPLICA = _APPOINTMENTS.replace("id,", "appointment_id,", 1).replace("appointments", "appointment_replica")
_PLACED = """
SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name IN ('unit_id', 'path')
    AND table_name <> ALL ('{unit_replica,audit_entries}') GROUP BY 1 HAVING count(*) = 2 ORDER BY 1
"""
_STRAYED = "SELECT t.path, u.path AS unit FROM {} t LEFT JOIN {} u ON u.{} = t.unit_id WHERE t.path <> u.path"
_TALLIES = """
SELECT a.round_id, a.unit_id, a.invited, a.accepted, a.declined, a.attended,
    count(i.id) AS n_invited, count(*) FILTER (WHERE i.answer = 'accepted') AS n_accepted,
    count(*) FILTER (WHERE i.answer = 'declined') AS n_declined,
    count(*) FILTER (WHERE i.attended_at IS NOT NULL) AS n_attended
FROM allocations a LEFT JOIN invitations i ON i.round_id = a.round_id AND i.unit_id = a.unit_id
GROUP BY a.round_id, a.unit_id, a.invited, a.accepted, a.declined, a.attended
"""
_MESSAGES = "SELECT refs->>'{0}_id' AS about, count(*) AS n FROM inbox_messages WHERE kind = '{1}' GROUP BY 1"
_DELIVERED = """
SELECT m.id, count(d.id) FILTER (WHERE d.channel = 'inbox') AS n FROM inbox_messages m
LEFT JOIN deliveries d ON d.message_id = m.id GROUP BY m.id
"""
_DOUBLED = "SELECT event_id FROM inbox GROUP BY consumer, event_id HAVING count(*) > 1"
_WITNESSED = """
SELECT (SELECT count(*) FROM inbox WHERE consumer LIKE '%witness%') AS events,
    (SELECT count(*) FROM audit_entries WHERE action = 'trail.witness') AS entries
"""


# Lists that offices bring in have receipts too.
_SENT_BY_DEVICES = """
SELECT record_id FROM receipts r
WHERE NOT EXISTS (SELECT FROM workers w WHERE w.id = r.record_id AND w.source = 'import')
"""


async def faults(places: Places, ledger: Ledger) -> list[str]:
    """Everything that is wrong, in the order of the checks; empty when nothing is."""
    found = [f"refused: {sentence}" for sentence in ledger.refused]
    for check in CHECKS:
        found += await check(places, ledger)
    return found


async def nothing_is_under_way(places: Places, _ledger: Ledger) -> list[str]:
    """Outboxes, dead letters and consumers are empty."""
    return await under_way(places)


async def acknowledged_records_are_there_once(places: Places, ledger: Ledger) -> list[str]:
    """A worker, a consent, a receipt and an announcement for each; and nothing that nobody sent."""
    found = []
    for table, column in (("workers", "id"), ("consents", "worker_id"), ("receipts", "record_id")):
        statement = f"SELECT {column}, count(*) FROM {table} WHERE {column} = ANY($1) GROUP BY 1"  # noqa: S608
        times = await places.pairs("registry", statement, list(ledger.sent))
        found += _exactly_once(f"a record in {table}", ledger.acknowledged, times)
        found += _listed(f"twice in {table}", (one for one, n in times.items() if n > 1))
    receipts = {row[0] for row in await places.rows("registry", _SENT_BY_DEVICES)}
    found += _listed("received and never sent", receipts - ledger.sent)
    on_stream = await announced_workers(places)
    found += _exactly_once("an announcement of a record", receipts, on_stream)
    return found


async def what_a_drive_brought_is_kept(places: Places, ledger: Ledger) -> list[str]:
    """What a form's answers were taken of has them, once; what was refused is kept once, and is not on record."""
    captures = await places.pairs("registry", "SELECT record_id, count(*) FROM captures GROUP BY 1")
    kept = await places.pairs("registry", "SELECT record_id, count(*) FROM rejected_records GROUP BY 1")
    found = _exactly_once("a capture of a drive", ledger.captured, captures)
    found += _exactly_once("a record that was refused", ledger.held, kept)
    on_record = await places.pairs("registry", "SELECT id, 1 FROM workers WHERE id = ANY($1)", list(ledger.held))
    return found + _listed("refused and on record", on_record)


# Each by what the rows say, what waits to be folded, and what was.
_COUNTERS: Final = (
    (
        "SELECT path, count(*) FROM workers WHERE status = 'active' GROUP BY path",
        "SELECT path, delta FROM count_deltas",
        "SELECT path, workers FROM unit_counts",
    ),
    (
        "SELECT path, count(*) FROM grievances WHERE status = 'open' GROUP BY path",
        "SELECT path, delta FROM grievance_deltas",
        "SELECT path, sum(open)::bigint FROM grievance_counts GROUP BY path",
    ),
)


async def replicas_agree(places: Places, _ledger: Ledger) -> list[str]:
    """Every replica holds identity's units, appointments and tree version, and nothing else."""
    found = []
    version = await places.value("identity", "SELECT version FROM tree_state")
    for what, truth, copy in (
        ("unit", _UNITS, _UNIT_REPLICA),
        ("appointment", _HELD, _APPOINTMENT_REPLICA),
    ):
        owned = Counter(map(tuple, await places.rows("identity", truth)))
        for service in REPLICAS:
            held = Counter(map(tuple, await places.rows(service, copy)))
            found += _listed(f"{what} as {service} does not hold it", (row[0] for row in (owned - held)))
            found += _listed(f"{what} as only {service} holds it", (row[0] for row in (held - owned)))
    for service in REPLICAS:
        mine = await places.value(service, "SELECT max(tree_version) FROM replica_state")
        found += [f"{service} stands at tree version {mine}, identity at {version}"] if mine != version else []
    return found


async def rows_follow_their_units(places: Places, _ledger: Ledger) -> list[str]:
    """Every row that names a unit and a path has that unit's path; a consent has its worker's."""
    found = []
    for service in places.databases:
        tree, key = ("units", "id") if service == "identity" else ("unit_replica", "unit_id")
        for (table,) in await places.rows(service, _PLACED):
            strayed = await places.rows(service, _STRAYED.format(table, tree, key))
            found += _listed(f"path in {service}.{table} that is not its unit's", (row["path"] for row in strayed))
    consents = "SELECT c.worker_id FROM consents c LEFT JOIN workers w ON w.id = c.worker_id WHERE c.path <> w.path"
    found += _listed("consent away from its worker", (row[0] for row in await places.rows("registry", consents)))
    return found


async def cards_agree(places: Places, _ledger: Ledger) -> list[str]:
    """A card stands where its worker does, and the public list holds exactly those that have ended."""
    strayed = "SELECT c.id FROM cards c LEFT JOIN workers w ON w.id = c.worker_id WHERE c.path IS DISTINCT FROM w.path"
    found = _listed("card away from its worker", (row[0] for row in await places.rows("registry", strayed)))
    over = {
        row[0] for row in await places.rows("registry", "SELECT status_index FROM cards WHERE ended_at IS NOT NULL")
    }
    told = {row[0] for row in await places.rows("registry", "SELECT status_index FROM card_ends")}
    found += _listed("card that has ended and is not on the list", over - told)
    return found + _listed("card on the list that has not ended", told - over)


async def counters_agree(places: Places, _ledger: Ledger) -> list[str]:
    """Each unit's numbers, folded and waiting, are those of active workers and open grievances at it and below."""
    found = []
    for rows, waiting, folded in _COUNTERS:
        kept = _spread(await places.rows("registry", waiting))
        kept.update(await places.pairs("registry", folded))
        truth = _spread(await places.rows("registry", rows))
        wrong = {path: (kept[path], truth[path]) for path in kept.keys() | truth.keys() if kept[path] != truth[path]}
        found += _listed("counter that is wrong", (f"{p} says {k}, has {t}" for p, (k, t) in sorted(wrong.items())))
    return found


async def drives_agree(places: Places, ledger: Ledger) -> list[str]:
    """Each number of each drive, at every unit and day, folded and waiting, is what the rows say."""
    return await wrong_numbers(places, ledger)


async def invitations_are_told_once(places: Places, _ledger: Ledger) -> list[str]:
    """One inbox message per invitation, none without, each delivered once; allocations count their invitations."""
    invited = {row[0] for row in await places.rows("workshops", "SELECT id FROM invitations")}
    found = await _told_once(places, "invitation", "invitation-issued", (invited, invited))
    delivered = await places.pairs("notify", _DELIVERED)
    found += _listed("message not delivered exactly once", (one for one, n in delivered.items() if n != 1))
    for row in await places.rows("workshops", _TALLIES):
        kept, truth = tuple(row)[2:6], tuple(row)[6:10]
        found += [f"the allocation of {row['unit_id']} says {kept}, has {truth}"] if kept != truth else []
    return found


async def appointments_are_kept_and_told_once(places: Places, ledger: Ledger) -> list[str]:
    """Each made is there and was told once; each ended has ended."""
    ends = await places.pairs("identity", "SELECT id, ended_at FROM appointments")
    found = _listed("appointment acknowledged and not there", ledger.made - ends.keys())
    found += _listed("ending acknowledged and not there", (one for one in ledger.ended if ends.get(one) is None))
    return found + await _told_once(places, "appointment", "appointment-made", (ledger.made, set(ends)))


async def moves_are_kept(places: Places, ledger: Ledger) -> list[str]:
    """Each moved unit stands where its last answer said."""
    parents = await places.pairs("identity", "SELECT id, parent_id FROM units")
    return _listed("move acknowledged and not there", (u for u, p in ledger.moved.items() if parents.get(u) != p))


async def broadcasts_have_no_gap(places: Places, ledger: Ledger) -> list[str]:
    """Numbers are 1 to n, each once, as promised, and each went out."""
    rows = [tuple(row) for row in await places.rows("notify", "SELECT id, seq FROM broadcasts ORDER BY seq")]
    numbers = [seq for _, seq in rows]
    last = await places.value("notify", "SELECT seq FROM broadcast_counter")
    found = []
    if numbers != list(range(1, last + 1)):
        found.append(f"the {len(numbers)} broadcasts do not have the numbers 1 to {last}")
    promised = ledger.broadcasts.items()
    found += _listed(
        "broadcast acknowledged and not there so", (one for one, seq in promised if (one, seq) not in rows)
    )
    return found + _exactly_once("a broadcast on the stream", set(numbers), await broadcast_numbers(places))


async def events_are_applied_once(places: Places, _ledger: Ledger) -> list[str]:
    """No inbox holds an event twice, and each countersigned head is one entry on the witness's trail."""
    found = []
    for service in places.databases:
        doubled = await places.rows(
            service, "SELECT event_id FROM inbox GROUP BY consumer, event_id HAVING count(*) > 1"
        )
        found += _listed(f"event twice in {service}'s inbox", (row[0] for row in doubled))
    for service in {"identity", "registry"} & places.databases.keys():
        [row] = await places.rows(service, _WITNESSED)
        events, entries = row["events"], row["entries"]
        found += [f"{service} countersigned {entries} times for {events} heads"] if events != entries else []
    return found


async def trails_are_whole(places: Places, _ledger: Ledger) -> list[str]:
    """`sangathan audit verify` finds nothing on any trail."""
    reports = await verify_all(Trails(dict(places.databases), dict(places.seal_keys)))
    return [f"trail of {service}: {fault}" for service, report in reports.items() for fault in report.faults]


Check = Callable[[Places, Ledger], Awaitable[list[str]]]
CHECKS: Final[tuple[Check, ...]] = (
    nothing_is_under_way,
    acknowledged_records_are_there_once,
    what_a_drive_brought_is_kept,
    replicas_agree,
    rows_follow_their_units,
    cards_agree,
    counters_agree,
    drives_agree,
    invitations_are_told_once,
    appointments_are_kept_and_told_once,
    moves_are_kept,
    broadcasts_have_no_gap,
    events_are_applied_once,
    trails_are_whole,
)


async def _told_once(places: Places, what: str, kind: str, wanted: tuple[set[UUID], set[UUID]]) -> list[str]:
    """``wanted`` are those that must have been told, and those that may have been."""
    must, may = wanted
    times = {UUID(row["about"]): row["n"] for row in await places.rows("notify", _MESSAGES.format(what, kind))}
    found = _exactly_once(f"a message about an {what}", must, times)
    return found + _listed(f"message about an {what} that does not exist", times.keys() - may)


def _exactly_once(what: str, wanted: Iterable[Any], times: dict[Any, int]) -> list[str]:
    wrong = [f"{one} ({times.get(one, 0)} times)" for one in wanted if times.get(one, 0) != 1]
    return _listed(f"{what} that must be there once", wrong)


def _listed(what: str, ones: Iterable[Any]) -> list[str]:
    """One sentence for all of a kind: how many, and the first few."""
    every = [str(one) for one in ones]
    return [f"{what}: {len(every)}, such as {', '.join(sorted(every)[:_SHOWN])}"] if every else []


def _spread(per_unit: Iterable[Any]) -> Counter[str]:
    """Adds each unit's number to it and to all above it."""
    numbers: Counter[str] = Counter()
    for path, number in per_unit:
        codes = path.rstrip(".").split(".")
        for depth in range(1, len(codes) + 1):
            numbers[".".join(codes[:depth]) + "."] += number
    return numbers
