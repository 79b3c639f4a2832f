"""The audit trail: whoever deletes, changes or reorders an entry is found out."""

from pathlib import Path
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from sangathan_chassis.assertion import KeyFile, encode_segment
from sangathan_chassis.audit import Entry, Linker, append, witness
from sangathan_chassis.audit_verify import Report, Witnessed, verify, witnessed_heads
from sangathan_chassis.consumer import Poison
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.workshops import TrailSealed
from sangathan_testkit.harness import Harness

ADDED = """
INSERT INTO audit_entries (id, at, action, outcome, office, path, request_id, detail)
SELECT gen_random_uuid(), at, action, outcome, office, path, request_id, detail FROM audit_entries LIMIT 1
"""


@pytest.fixture
def notes(service: Harness) -> Harness:
    return service


async def added(notes: Harness, count: int = 5) -> None:
    """So many entries on the trail, all linked."""
    for number in range(count):
        async with notes.database.work(Scope.nothing()) as work:
            await append(work, Entry("note.write", "done", person_id=uuid4(), path="in.mp.", detail={"number": number}))
    linker = Linker(notes.database, TrailSealed, publish_every_s=60)
    while await waiting(notes):
        await linker.link()


async def waiting(notes: Harness) -> int:
    """How many entries are not linked yet; the service's own linker may be at them too."""
    connection = await asyncpg.connect(notes.urls.superuser)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM audit_pending"))
    finally:
        await connection.close()


async def as_superuser(notes: Harness, statement: str) -> None:
    connection = await asyncpg.connect(notes.urls.superuser)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(statement)
    finally:
        await connection.close()


async def checked(notes: Harness, *heads: Witnessed) -> Report:
    return await verify(notes.urls.migrator, heads)


def a_head(report: Report, seq: int, *, genuine: bool = True) -> Witnessed:
    return Witnessed(service="workshops", seq=seq, hash=report.head, genuine=genuine)


async def test_a_head_that_another_process_is_linking_is_told_the_next_time(notes: Harness) -> None:
    await added(notes, 1)
    linker = Linker(notes.database, TrailSealed, publish_every_s=60)
    linker._unpublished = True
    holder = await asyncpg.connect(notes.urls.superuser)
    try:
        async with holder.transaction():
            await holder.execute("SELECT pg_advisory_xact_lock(7305003)")
            assert await linker.link() == 0
        assert linker._unpublished
    finally:
        await holder.close()
    while linker._unpublished:
        await linker.link()


async def test_a_trail_that_nobody_touched_is_whole(notes: Harness) -> None:
    await added(notes)
    report = await checked(notes)
    assert (report.entries, report.faults) == (5, [])


async def test_a_whole_trail_agrees_with_its_countersigned_head(notes: Harness) -> None:
    await added(notes)
    head = a_head(await checked(notes), 5)
    await added(notes, 2)
    report = await checked(notes, head)
    assert (report.heads_checked, report.faults) == (1, [])


@pytest.mark.parametrize(
    ("tampering", "complaint"),
    [
        ("DELETE FROM audit_entries WHERE detail->>'number' = '2'", "was removed"),
        ("UPDATE audit_entries SET person_id = gen_random_uuid() WHERE detail->>'number' = '2'", "was changed"),
        ("UPDATE audit_entries SET at = at - interval '1 second' WHERE detail->>'number' = '4'", "was changed"),
        ("DELETE FROM audit_links WHERE seq = 3", "links 3 to 3 are missing"),
        (
            "UPDATE audit_links l SET entry_id = o.entry_id FROM audit_links o WHERE l.seq + o.seq = 5 AND l.seq > 1",
            "was changed",
        ),
        (
            ADDED,
            "was added without a link",
        ),
    ],
    ids=["deleted", "changed", "changed in time", "unlinked", "reordered", "added"],
)
async def test_tampering_is_found(notes: Harness, tampering: str, complaint: str) -> None:
    await added(notes)
    if "UPDATE audit_links" in tampering:
        await as_superuser(notes, "ALTER TABLE audit_links DROP CONSTRAINT audit_links_entry_id_key")
    await as_superuser(notes, tampering)
    report = await checked(notes)
    assert any(complaint in fault for fault in report.faults)


async def test_a_trail_cut_short_contradicts_its_countersigned_head(notes: Harness) -> None:
    await added(notes)
    head = a_head(await checked(notes), 5)
    await as_superuser(notes, "DELETE FROM audit_links WHERE seq > 3")
    await as_superuser(
        notes, "DELETE FROM audit_entries e WHERE NOT EXISTS (SELECT FROM audit_links WHERE entry_id = e.id)"
    )
    assert (await checked(notes)).faults == []
    assert "was countersigned, and is gone" in (await checked(notes, head)).faults[0]


async def test_a_trail_written_anew_contradicts_its_countersigned_head(notes: Harness) -> None:
    await added(notes)
    head = a_head(await checked(notes), 5)
    await as_superuser(notes, "TRUNCATE audit_entries, audit_links")
    await added(notes)
    assert (await checked(notes)).faults == []
    assert "is another than the one that was countersigned" in (await checked(notes, head)).faults[0]


async def test_a_head_that_the_witness_did_not_sign_is_told(notes: Harness) -> None:
    await added(notes)
    report = await checked(notes)
    assert "forged" in (await checked(notes, a_head(report, 5, genuine=False))).faults[0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET outcome = 'done'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_pending",
        "INSERT INTO audit_links VALUES (1, gen_random_uuid(), '', now())",
        "SELECT audit_text(e) FROM audit_entries e",
    ],
)
async def test_the_service_itself_can_only_add(notes: Harness, statement: str) -> None:
    connection = await asyncpg.connect(notes.urls.app)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def sealer(tmp_path: Path) -> Sealer:
    path = tmp_path / "seal.key"
    path.write_bytes(b"k1:" + encode_segment(b"7" * 32))
    return Sealer(KeyFile(path))


def a_sealed_head(notes: Harness, body: bytes | None = None) -> Envelope:
    now = notes.database.clock.now()
    event = TrailSealed(seq=5, hash="ab" * 32, at=now)
    return Envelope(
        id=uuid4(),
        type=TrailSealed.type,
        source="sangathan/workshops",
        time=now,
        subject="",
        body=body or msgspec.json.encode(event),
    )


async def test_a_witness_signs_what_it_was_told(notes: Harness, sealer: Sealer) -> None:
    async with notes.database.work(Scope.everything()) as work:
        await witness(sealer, [TrailSealed])[TrailSealed.type](work, a_sealed_head(notes))
    heads = await witnessed_heads(notes.urls.migrator, sealer)
    assert heads == [Witnessed(service="workshops", seq=5, hash="ab" * 32, genuine=True)]


async def test_a_countersigned_head_cannot_be_changed_without_the_key(notes: Harness, sealer: Sealer) -> None:
    async with notes.database.work(Scope.everything()) as work:
        await witness(sealer, [TrailSealed])[TrailSealed.type](work, a_sealed_head(notes))
    await as_superuser(notes, """UPDATE audit_entries SET detail = detail || '{"seq": 6}'""")
    assert [head.genuine for head in await witnessed_heads(notes.urls.migrator, sealer)] == [False]


async def test_a_head_that_cannot_be_read_is_poison(notes: Harness, sealer: Sealer) -> None:
    async with notes.database.work(Scope.everything()) as work:
        with pytest.raises(Poison):
            await witness(sealer, [TrailSealed])[TrailSealed.type](work, a_sealed_head(notes, b"{}"))
