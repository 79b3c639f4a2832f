"""The sealing key takes turns while the registry runs: everything opens again, and nothing under the key that went."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.resealing import old_seals, reseal
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer, Unsealable
from sangathan_embedded import EmbeddedServers
from sangathan_registry.commands import reseal_records
from sangathan_registry.commands.evidence_files import EvidenceFiles
from sangathan_registry.main import SERVICE
from sangathan_registry.settings import RegistrySettings
from sangathan_registry.store import resealing, sealed_particulars
from sangathan_registry.store.resealing import SEALED
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls, everything_in
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import Harness, running
from tests.registry import cases, test_duplicates, test_erasures, test_particulars, world
from tests.registry.test_sealed_at_rest import OTHERS, lived_in
from tests.registry.world import BOOTH, MANDAL, PRIVATE, STATE

Rotate = Callable[..., None]
OLD, NEW, INDEX = (f"{kid}:{kid * 5}aaa" for kid in ("11111111", "22222222", "33333333"))
# Sealed bytes that are none of these: hashes and indexes, and a reply that only the key of its request opens.
NO_SEALS = re.compile(r"\w+\.(\w*hash|\w*index|proof|sha256)|idempotency\w*\.\w+|outbox\w*\.\w+|drive_paces\.subject")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "seal.key"
    path.write_text(f"{OLD}\n{INDEX}\n")
    return path


@pytest.fixture
def rotate(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> Rotate:
    """Writes the key file anew; it is looked at before each use instead of once a second."""
    monkeypatch.setattr("sangathan_chassis.assertion.KeyFile.CHECK_EVERY_S", -1.0)

    def write(*keys: str) -> None:
        key_file.write_text("\n".join(keys))

    return write


@pytest.fixture
async def registry(  # noqa: PLR0917 - fixtures.
    urls: DatabaseUrls, settings_for: SettingsFor, clock: FixedClock, key_file: Path, tmp_path: Path
) -> AsyncIterator[Harness]:
    settings = settings_for(
        RegistrySettings,
        "registry",
        urls,
        fold_every_s=3600,
        match_every_s=3600,
        seal_key_file=key_file,
        evidence_dir=tmp_path / "evidence",
    )
    async with running(SERVICE, settings, urls, clock) as harness:
        yield harness


def parts(service: Harness) -> tuple[Sealer, EvidenceFiles]:
    return service.app.state.parts.sealer, service.app.state.parts.evidence


async def test_after_a_rotation_the_old_key_opens_nothing_and_everything_opens_without_it(
    registry: Harness, rotate: Rotate, tmp_path: Path
) -> None:
    await lived_in(registry)
    case = await cases.looked_at(registry, world.at(BOOTH))
    sealer, evidence = parts(registry)
    file_id = UUID(int=7)
    await evidence.put(file_id, b"a photograph")
    rotate(NEW, OLD, INDEX)
    assert await reseal_records.handle(registry.database, sealer, evidence) == 0
    only_old = tmp_path / "old.key"
    only_old.write_text(OLD)
    old = Sealer(KeyFile(only_old))
    dump = await everything_in(registry.urls)
    assert {table for table, text in dump.items() if old.mark().hex() in text} == set()
    counted = {str(column): 0 for column in SEALED}
    for column in SEALED:
        for row in await world.rows(
            registry,
            f"SELECT *, {column.column} AS sealed FROM {column.table} WHERE {column.column} > ''",  # noqa: S608
        ):
            counted[str(column)] += 1
            with pytest.raises(Unsealable):
                column.renew(old, row, row["sealed"])
    assert {"workers.sealed", "erasures.sealed", "duplicates.adopted", "rejected_records.body"} <= {
        name for name, rows in counted.items() if rows
    }
    rotate(NEW, INDEX)
    assert await evidence.get(file_id) == b"a photograph"
    found = (await world.searched(registry, world.at(STATE), phone=OTHERS["phone"])).json()["items"]
    assert len(found) == 1
    kept = found[0]["id"]
    assert (await test_particulars.whole(registry, kept))["address"] == OTHERS["address"]
    history = await registry.ask("GET", f"/v1/workers/{kept}/history", action="worker.read", person=world.at(BOOTH))
    assert PRIVATE["pin"] in history.text
    [pair] = [str(row["id"]) for row in await world.rows(registry, "SELECT id FROM duplicates WHERE status = 'merged'")]
    assert (await test_duplicates.undo(registry, world.at(MANDAL), pair)).status_code == 200
    [erasure] = await test_erasures.erasures(registry, world.at(MANDAL))
    assert (await test_erasures.undo(registry, world.at(MANDAL), erasure["id"])).status_code == 200
    assert (await cases.read(registry, world.at(BOOTH), case["id"])).json()["claim"]["name"] == cases.CLAIMED["name"]


async def test_what_was_broken_off_goes_on_and_a_held_row_is_met_again(registry: Harness, rotate: Rotate) -> None:
    ids = [(await world.enrolled(registry, phone=f"+91600000000{n}"))["id"] for n in (1, 2)]
    sealer, _ = parts(registry)
    column = sealed_particulars.SEALED
    rotate(NEW, OLD, INDEX)
    holder = await asyncpg.connect(registry.urls.superuser)
    try:
        held = holder.transaction()
        await held.start()
        await holder.execute("SELECT FROM workers WHERE id = $1 FOR UPDATE", UUID(ids[0]))
        steps = reseal(registry.database, sealer, column)
        first = await anext(steps)
        assert (first.done, first.total) == (1, 2)
        await steps.aclose()
        assert await old_seals(registry.database, sealer, column) == 1
        await held.rollback()
    finally:
        await holder.close()
    assert [(one.done, one.total) async for one in reseal(registry.database, sealer, column)] == [(1, 1)]
    assert [one async for one in reseal(registry.database, sealer, column)] == []
    assert await world.value(registry, "SELECT max(version) FROM workers") == 1


async def test_what_nobody_can_open_is_told_and_left_as_it_is(
    registry: Harness, rotate: Rotate, capsys: pytest.CaptureFixture[str]
) -> None:
    await world.enrolled(registry)
    before = await world.value(registry, "SELECT sealed FROM workers")
    rotate(NEW, INDEX)
    assert await reseal_records.handle(registry.database, *parts(registry)) == 1
    assert "workers.sealed: 1 cannot be renewed" in capsys.readouterr().err
    assert await world.value(registry, "SELECT sealed FROM workers") == before


async def test_the_command_says_what_it_has_sealed_anew(
    registry: Harness, rotate: Rotate, servers: EmbeddedServers, key_file: Path
) -> None:
    await world.enrolled(registry)
    rotate(NEW, OLD, INDEX)
    environment = {
        **os.environ,
        "SANGATHAN_DATABASE_URL": registry.urls.app,
        "SANGATHAN_SEAL_KEY_FILE": str(key_file),
        "SANGATHAN_CARD_KEY_FILE": str(servers.secrets.card_key),
        "SANGATHAN_ASSERTION_KEY_FILE": str(servers.secrets.assertion_key("registry")),
        "SANGATHAN_EVIDENCE_DIR": str(key_file.parent / "evidence"),
    }
    command = [str(Path(sys.executable).with_name("sangathan-registry")), "reseal"]
    for said in ("workers.sealed: 1 sealed anew", "workers.sealed: 0 sealed anew"):
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, said in done.stdout) == (0, True), done.stdout + done.stderr


async def test_what_an_earlier_release_kept_in_its_own_columns_is_read_and_taken_in(registry: Harness) -> None:
    worker = await world.enrolled(registry, **PRIVATE)
    sealer, _ = parts(registry)
    await world.rows(
        registry,
        "UPDATE workers SET phone = $1, relation_name = 'वंशज'",
        sealer.seal("+916000000088", place="workers.phone"),
    )
    before = await test_particulars.whole(registry, worker["id"])
    assert (before["relation_name"], before["address"]) == ("वंशज", PRIVATE["address"])
    assert (await world.listed(registry, world.at(BOOTH))).json()["items"][0]["phone"] == "+916000000088"
    assert await reseal_records.handle(registry.database, *parts(registry)) == 0
    [row] = await world.rows(registry, "SELECT phone, relation_name FROM workers")
    assert tuple(row) == (None, None)
    assert await test_particulars.whole(registry, worker["id"]) == before
    async with registry.database.work(Scope.everything()) as work:
        assert await resealing.unmoved(work) == 0


async def test_every_column_that_could_hold_a_seal_is_renewed_or_known_to_hold_none(registry: Harness) -> None:
    columns = await world.rows(
        registry,
        "SELECT c.table_name || '.' || c.column_name AS name FROM information_schema.columns c"
        " WHERE c.table_schema = 'public' AND c.data_type = 'bytea'",
    )
    renewed = {str(column) for column in SEALED} | {"workers.phone"}
    assert {row["name"] for row in columns if not NO_SEALS.fullmatch(row["name"])} == renewed
