"""The checker finds each kind of fault, planted as a row into databases that otherwise agree, and taken out again."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from sangathan_embedded import EmbeddedServers, apply_topology
from sangathan_embedded.services import DATABASES
from sangathan_testkit.databases import DatabaseUrls, Templates
from tests.faults import checker
from tests.faults.checker import Check
from tests.faults.ledger import Ledger
from tests.faults.places import Places
from tests.faults.small_world import DISTRICT, HELD, INVITATION, WORKER, fill

ELSE = UUID(int=7)
AN_EVENT = """INSERT INTO outbox (event_id, type, subject, traceparent, body, created_at)
    VALUES (gen_random_uuid(), '', '', '', '', now())"""
A_COUNTERSIGNATURE = """INSERT INTO audit_entries (id, at, action, outcome, office, path, request_id, detail)
    VALUES (gen_random_uuid(), now(), 'trail.witness', 'done', '', '', '', '{}')"""
ANOTHER_RECEIPT = """INSERT INTO receipts (record_id, batch_id, unit_id, path, body_hash, sent_by, received_at)
    SELECT gen_random_uuid(), batch_id, unit_id, path, body_hash, sent_by, received_at FROM receipts"""
SAME_WORKER_AGAIN = "ALTER TABLE workers DROP CONSTRAINT workers_pkey; INSERT INTO workers SELECT * FROM workers"
SAME_EVENT_AGAIN = """ALTER TABLE inbox DROP CONSTRAINT inbox_pkey;
    INSERT INTO inbox SELECT 'c', id, now() FROM plans, (VALUES (1), (2)) AS twice"""
SAME_MESSAGE_AGAIN = """INSERT INTO inbox_messages (id, recipient_id, kind, dedupe_key, title_hi, title_en, body_hi,
    body_en, refs, created_at, version) SELECT gen_random_uuid(), recipient_id, kind, dedupe_key || '2', title_hi,
    title_en, body_hi, body_en, refs, created_at, version FROM inbox_messages WHERE kind = 'invitation-issued'"""
A_CARD = """INSERT INTO cards (id, worker_id, path, number, status_index, sealed, kid, issued_by, issued_at, expires_at,
    ended_at, end_reason) SELECT gen_random_uuid(), id, {}, '1', 7, '', '', id, now(), now(), {} FROM workers"""
A_CAPTURE = """INSERT INTO captures (record_id, drive_id, unit_id, path, captured_by, captured_at, received_at)
    SELECT id, id, unit_id, path, id, '2022-01-20 12:00Z', now() FROM workers"""
A_COUNT = """INSERT INTO drive_deltas (drive_id, path, day, accepted)
    SELECT id, path, '2022-01-20', 1 FROM workers"""
A_BOOTH = """INSERT INTO drive_booths (drive_id, unit_id, path, target, accepted)
    SELECT id, unit_id, path, 1, 1 FROM workers"""
A_DAY = """INSERT INTO drive_days (drive_id, day, person_id, unit_id, path)
    SELECT id, '2022-01-20', id, unit_id, path FROM workers"""
ACROSS = "SET session_replication_role = replica; "
"""No foreign key stands in the way of a planted fault."""

Planted = tuple[str, str, str]
PLANTED: Mapping[Check, tuple[Planted, ...]] = {
    checker.nothing_is_under_way: (
        ("identity", AN_EVENT, "1 rows wait in identity.outbox"),
        (
            "registry",
            "INSERT INTO count_deltas (path, delta) VALUES ('mp.', 0)",
            "1 rows wait in registry.count_deltas",
        ),
    ),
    checker.acknowledged_records_are_there_once: (
        ("registry", "DELETE FROM workers", "a record in workers that must be there once"),
        ("registry", "DELETE FROM consents", "a record in consents that must be there once"),
        ("registry", "DELETE FROM receipts", "a record in receipts that must be there once"),
        ("registry", SAME_WORKER_AGAIN, "twice in workers"),
        ("registry", ANOTHER_RECEIPT, "received and never sent"),
    ),
    checker.replicas_agree: (
        ("registry", "UPDATE unit_replica SET name_en = 'X' WHERE path = 'mp.'", "unit as registry does not hold it"),
        ("workshops", "DELETE FROM unit_replica WHERE path = 'mp.d07.'", "unit as workshops does not hold it"),
        ("notify", "UPDATE unit_replica SET path = 'mp.d7.' WHERE code = 'd07'", "unit as only notify holds it"),
        ("identity", "UPDATE units SET closed_at = now() WHERE code = 'd07'", "unit as notify does not hold it"),
        ("identity", "UPDATE appointments SET version = 2", "appointment as registry does not hold it"),
        ("notify", "UPDATE appointment_replica SET ended_at = now()", "appointment as only notify holds it"),
        ("workshops", "UPDATE replica_state SET tree_version = 1", "workshops stands at tree version 1, identity at 2"),
    ),
    checker.rows_follow_their_units: (
        ("registry", "UPDATE workers SET path = 'mp.'", "path in registry.workers that is not its unit's"),
        ("workshops", "UPDATE invitations SET path = 'mp.'", "path in workshops.invitations that is not its unit's"),
        ("notify", "UPDATE broadcasts SET path = 'mp.d07.'", "path in notify.broadcasts that is not its unit's"),
        ("identity", "UPDATE appointments SET path = 'mp.'", "path in identity.appointments that is not its unit's"),
        ("registry", "UPDATE consents SET path = 'mp.'", "consent away from its worker"),
    ),
    checker.cards_agree: (
        ("registry", A_CARD.format("'mp.'", "NULL, NULL"), "card away from its worker"),
        ("registry", A_CARD.format("path", "now(), 'ended'"), "card that has ended and is not on the list"),
        ("registry", "INSERT INTO card_ends VALUES (7)", "card on the list that has not ended"),
    ),
    checker.counters_agree: (
        ("registry", "UPDATE unit_counts SET workers = 2 WHERE path = 'mp.d07.'", "mp.d07. says 2, has 1"),
        ("registry", "DELETE FROM unit_counts WHERE path = 'mp.'", "mp. says 0, has 1"),
        ("registry", "INSERT INTO unit_counts VALUES ('mp.d08.', 3)", "mp.d08. says 3, has 0"),
        ("registry", "INSERT INTO grievance_counts VALUES ('mp.d08.', '2022-01-20', 3)", "mp.d08. says 3, has 0"),
    ),
    checker.drives_agree: (
        ("registry", A_CAPTURE, "('mp.', datetime.date(2022, 1, 20), 'accepted', 0, 1)"),
        ("registry", A_COUNT, "('mp.', datetime.date(2022, 1, 20), 'accepted', 1, 0)"),
        ("registry", A_BOOTH, "booth of a drive whose own sums are wrong: mp.d07."),
        ("registry", A_DAY, "('mp.', datetime.date(2022, 1, 20), 'active', 0, 1)"),
    ),
    checker.invitations_are_told_once: (
        ("notify", "DELETE FROM inbox_messages", f"{INVITATION} (0 times)"),
        ("notify", SAME_MESSAGE_AGAIN, f"{INVITATION} (2 times)"),
        ("workshops", "DELETE FROM invitations", "message about an invitation that does not exist"),
        ("notify", "DELETE FROM deliveries", "message not delivered exactly once"),
        ("workshops", "UPDATE allocations SET invited = 2", "says (2, 0, 0, 0), has (1, 0, 0, 0)"),
        ("workshops", "UPDATE invitations SET answer = 'accepted'", "says (1, 0, 0, 0), has (1, 1, 0, 0)"),
    ),
    checker.appointments_are_kept_and_told_once: (
        ("notify", "DELETE FROM inbox_messages WHERE kind = 'appointment-made'", f"{HELD} (0 times)"),
        ("identity", "DELETE FROM appointments", "appointment acknowledged and not there"),
    ),
    checker.moves_are_kept: (
        ("identity", "UPDATE units SET parent_id = NULL WHERE code = 'd07'", "move acknowledged and not there"),
    ),
    checker.broadcasts_have_no_gap: (
        ("notify", "DELETE FROM broadcasts", "the 0 broadcasts do not have the numbers 1 to 1"),
        ("notify", "UPDATE broadcast_counter SET seq = 2", "the 1 broadcasts do not have the numbers 1 to 2"),
        ("notify", "UPDATE broadcasts SET seq = 2", "broadcast acknowledged and not there so"),
    ),
    checker.events_are_applied_once: (
        ("workshops", SAME_EVENT_AGAIN, "event twice in workshops's inbox"),
        ("identity", A_COUNTERSIGNATURE, "identity countersigned 1 times for 0 heads"),
    ),
}
BROKEN_PROMISES: tuple[tuple[Check, dict[str, Any], str], ...] = (
    (checker.acknowledged_records_are_there_once, {"acknowledged": {WORKER, ELSE}}, f"{ELSE} (0 times)"),
    (checker.what_a_drive_brought_is_kept, {"captured": {ELSE}}, "a capture of a drive that must be there once"),
    (checker.what_a_drive_brought_is_kept, {"held": {ELSE}}, "a record that was refused that must be there once"),
    (checker.what_a_drive_brought_is_kept, {"held": {WORKER}}, "refused and on record"),
    (checker.appointments_are_kept_and_told_once, {"made": {HELD, ELSE}}, "appointment acknowledged and not there"),
    (checker.appointments_are_kept_and_told_once, {"ended": {HELD}}, "ending acknowledged and not there"),
    (checker.moves_are_kept, {"moved": {DISTRICT: ELSE}}, "move acknowledged and not there"),
    (checker.broadcasts_have_no_gap, {"broadcasts": {ELSE: 1}}, "broadcast acknowledged and not there so"),
)


@dataclass(frozen=True, slots=True)
class Held(Places):
    """Places of which one database is read within a transaction that is still open."""

    held: Mapping[str, asyncpg.Connection] = field(default_factory=dict)

    async def rows(self, service: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        connection = self.held.get(service)
        if connection is None:
            return await Places.rows(self, service, statement, *arguments)
        return list(await connection.fetch(statement, *arguments))


@asynccontextmanager
async def planted(places: Places, service: str, statement: str) -> AsyncIterator[Places]:
    """The places with a fault in them, for as long as the block lasts."""
    connection = await asyncpg.connect(places.databases[service])
    try:
        await connection.execute(f"BEGIN; {ACROSS}{statement}")
        known = {one.name: getattr(places, one.name) for one in fields(places)}
        yield Held(**known, held={service: connection})
    finally:
        await connection.close()


Agreeing = tuple[Places, Ledger]


@pytest.fixture(scope="module")
async def agreeing(servers: EmbeddedServers, templates: Templates) -> Agreeing:
    superuser, databases = servers.postgres.admin_url(), {}
    for service in DATABASES:
        urls = DatabaseUrls(servers.database_url(service), servers.migrator_url(service), superuser)
        databases[service] = (await templates.clone(service, urls)).superuser
    await apply_topology(servers.nats_url, servers.secrets.nats_password("operator"))
    places = Places.of(servers, databases)
    return places, await fill(servers, places)


@pytest.mark.parametrize("check", checker.CHECKS[1:], ids=lambda check: check.__name__)
async def test_databases_that_agree_have_no_fault(agreeing: Agreeing, check: Check) -> None:
    assert await check(*agreeing) == []


@pytest.mark.parametrize(
    ("check", "fault"),
    [(check, fault) for check, faults in PLANTED.items() for fault in faults],
    ids=[said for faults in PLANTED.values() for _, _, said in faults],
)
async def test_a_planted_row_is_found(agreeing: Agreeing, check: Check, fault: Planted) -> None:
    (places, ledger), (service, statement, said) = agreeing, fault
    async with planted(places, service, statement) as faulty:
        found = await check(faulty, ledger)
    assert any(said in one for one in found), found


@pytest.mark.parametrize(("check", "promise", "said"), BROKEN_PROMISES)
async def test_a_promise_that_was_not_kept_is_found(
    agreeing: Agreeing, check: Check, promise: dict[str, Any], said: str
) -> None:
    places, ledger = agreeing
    found = await check(places, replace(ledger, **promise))
    assert any(said in one for one in found), found


async def test_an_entry_behind_the_trail_is_found(agreeing: Agreeing) -> None:
    places, ledger = agreeing
    connection = await asyncpg.connect(places.databases["workshops"])
    try:
        await connection.execute(A_COUNTERSIGNATURE)
        await connection.execute("DELETE FROM audit_pending")
        found = await checker.trails_are_whole(places, ledger)
        await connection.execute("DELETE FROM audit_entries")
    finally:
        await connection.close()
    assert any("trail of workshops: entry" in one for one in found), found
