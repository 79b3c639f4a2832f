"""Four small databases that agree with each other, and what their callers were promised: for planting faults into."""

from typing import Final
from uuid import UUID, uuid4, uuid5

import asyncpg
import msgspec
import nats

from sangathan_contracts.envelope import Event, subject_of
from sangathan_contracts.notify import BroadcastSent
from sangathan_contracts.registry import WorkersEnrolled
from sangathan_contracts.topology import inbox_prefix
from sangathan_embedded import EmbeddedServers
from tests.faults.ledger import Ledger
from tests.faults.places import Places
from tests.registry.world import NOW

STATE, DISTRICT, PERSON, HELD, WORKER = (uuid5(UUID(int=0), name) for name in ("mp", "d07", "who", "held", "worker"))
ROUND, WORKSHOP, INVITATION = (uuid5(UUID(int=0), name) for name in ("round", "workshop", "invitation"))
MESSAGE, BROADCAST = (uuid5(UUID(int=0), name) for name in ("message", "broadcast"))
_TIME: Final = "timestamptz '2022-01-01 00:00+00'"
_UNIT_VALUES = (
    f"('{STATE}'::uuid, NULL::uuid, 'state', 'mp', 'mp.', 'म', 'M', 1, NULL::timestamptz),"
    f"('{DISTRICT}', '{STATE}', 'district', 'd07', 'mp.d07.', 'ज', 'D', 1, NULL)"
)
_HELD_VALUES = f"'{HELD}', '{PERSON}', 'district-president', '{DISTRICT}'"
REPLICA: Final = f"""
INSERT INTO unit_replica (unit_id, parent_id, level, code, path, name_hi, name_en, version, closed_at)
    VALUES {_UNIT_VALUES};
INSERT INTO appointment_replica (appointment_id, person_id, office, unit_id, valid_from, version)
    VALUES ({_HELD_VALUES}, {_TIME}, 1);
INSERT INTO replica_state (tree_version) VALUES (2);
"""  # noqa: S608 - constants of this module.
_IDENTITY = f"""
INSERT INTO levels VALUES ('state', 1, 'र', 'S'), ('district', 2, 'ज', 'D');
INSERT INTO units (id, parent_id, level, code, path, name_hi, name_en, version, closed_at, valid_from)
    SELECT v.*, {_TIME} FROM (VALUES {_UNIT_VALUES}) AS v;
UPDATE tree_state SET version = 2;
INSERT INTO persons (id, name_hi, name_en, phone_sealed, phone_index, version, created_at)
    VALUES ('{PERSON}', 'अ', 'A', '', '', 1, {_TIME});
INSERT INTO appointments (id, person_id, office, unit_id, path, valid_from, version, made_at)
    VALUES ({_HELD_VALUES}, 'mp.d07.', {_TIME}, 1, {_TIME});
"""  # noqa: S608 - constants of this module.
_REGISTRY = f"""{REPLICA}
INSERT INTO workers (id, unit_id, path, name_key, name_key_en, name_en, captured_at, source, status, version,
    created_at, changed_at)
    VALUES ('{WORKER}', '{DISTRICT}', 'mp.d07.', '', 'a', 'A', {_TIME}, 'drive', 'active', 1, {_TIME}, {_TIME});
INSERT INTO consents (worker_id, purpose, path, notice_version, language, how, given_at, hash)
    VALUES ('{WORKER}', 'membership', 'mp.d07.', '1', 'hi', 'written', {_TIME}, '');
INSERT INTO receipts (record_id, batch_id, unit_id, path, body_hash, sent_by, received_at)
    VALUES ('{WORKER}', gen_random_uuid(), '{DISTRICT}', 'mp.d07.', '', '{PERSON}', {_TIME});
INSERT INTO unit_counts VALUES ('mp.', 1), ('mp.d07.', 1);
"""  # noqa: S608 - constants of this module.
_WORKSHOPS = f"""{REPLICA}
INSERT INTO plans (id, unit_id, path, name_hi, name_en, created_by, created_at, version)
    VALUES ('{ROUND}', '{STATE}', 'mp.', 'य', 'P', '{PERSON}', {_TIME}, 1);
INSERT INTO rounds (id, plan_id, number, level) VALUES ('{ROUND}', '{ROUND}', 1, 'district');
INSERT INTO workshops (id, plan_id, round_id, path, held_on, venue_hi, venue_en, version)
    VALUES ('{WORKSHOP}', '{ROUND}', '{ROUND}', 'mp.', '2022-01-22', 'ग', 'G', 1);
INSERT INTO allocations (round_id, unit_id, plan_id, workshop_id, path, invited)
    VALUES ('{ROUND}', '{DISTRICT}', '{ROUND}', '{WORKSHOP}', 'mp.d07.', 1);
INSERT INTO invitations (id, workshop_id, round_id, unit_id, path, person_id, office, invited_by, invited_at, version)
    VALUES ('{INVITATION}', '{WORKSHOP}', '{ROUND}', '{DISTRICT}', 'mp.d07.', '{PERSON}', 'district-president',
        '{PERSON}', {_TIME}, 1);
"""  # noqa: S608 - constants of this module.
_NOTIFY = f"""{REPLICA}
INSERT INTO inbox_messages (id, recipient_id, kind, dedupe_key, title_hi, title_en, body_hi, body_en, refs,
    created_at, version) VALUES
    ('{MESSAGE}', '{PERSON}', 'invitation-issued', 'i', '', '', '', '',
        '{{"invitation_id": "{INVITATION}"}}', {_TIME}, 1),
    ('{HELD}', '{PERSON}', 'appointment-made', 'a', '', '', '', '', '{{"appointment_id": "{HELD}"}}', {_TIME}, 1);
INSERT INTO deliveries (id, message_id, person_id, channel, state, changed_at)
    SELECT id, id, '{PERSON}', 'inbox', 'delivered', {_TIME} FROM inbox_messages;
INSERT INTO broadcasts (id, seq, unit_id, path, title_hi, title_en, body_hi, body_en, sent_by, sent_at)
    VALUES ('{BROADCAST}', 1, '{STATE}', 'mp.', '', '', '', '', '{PERSON}', {_TIME});
UPDATE broadcast_counter SET seq = 1;
"""  # noqa: S608 - constants of this module.
ROWS: Final = {"identity": _IDENTITY, "registry": _REGISTRY, "workshops": _WORKSHOPS, "notify": _NOTIFY}


async def fill(servers: EmbeddedServers, places: Places) -> Ledger:
    """Writes the rows and the two events that tell of them; gives the promises that they keep."""
    for service, statements in ROWS.items():
        await run(places, service, statements)
    enrolled = WorkersEnrolled(unit_id=DISTRICT, worker_ids=(WORKER,), source="drive")
    empty = dict.fromkeys(("title_hi", "title_en", "body_hi", "body_en"), "")
    cast = BroadcastSent(broadcast_id=BROADCAST, seq=1, unit_id=STATE, path="mp.", sent_at=NOW, **empty)
    await _publish(servers, "registry", enrolled)
    await _publish(servers, "notify", cast)
    return Ledger(sent={WORKER}, acknowledged={WORKER}, made={HELD}, broadcasts={BROADCAST: 1}, moved={DISTRICT: STATE})


async def run(places: Places, service: str, statements: str) -> None:
    """Runs SQL in one service's database, past every wall."""
    connection = await asyncpg.connect(places.databases[service])
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


async def _publish(servers: EmbeddedServers, service: str, event: Event) -> None:
    password = servers.secrets.nats_password(service)
    client = await nats.connect(servers.nats_url, user=service, password=password, inbox_prefix=inbox_prefix(service))
    headers = {"ce-id": str(uuid4()), "ce-type": event.type}
    await client.jetstream().publish(subject_of(event.type, "mp."), msgspec.json.encode(event), headers=headers)
    await client.close()
