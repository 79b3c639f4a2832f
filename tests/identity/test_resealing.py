"""Identity's sealing key takes turns while it runs: people go on signing in, and the key that went opens nothing."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.resealing import old_seals
from sangathan_chassis.sealing import Sealer
from sangathan_embedded import EmbeddedServers
from sangathan_identity.adapters.signing_keys import SigningKeys
from sangathan_identity.commands.load_dataset import LoadDataset, load_dataset
from sangathan_identity.domain.totp import code_at
from sangathan_identity.main import SERVICE, reseal
from sangathan_identity.settings import IdentitySettings
from sangathan_identity.store.resealing import SEALED
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls, everything_in
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import Harness, running
from tests.identity import world
from tests.identity.application import registered
from tests.identity.asking import refresh, rows, sign_in
from tests.identity.test_authenticator import a_phone

PERSON = world.holder(world.BOOTH)
OLD, NEW, INDEX = (f"{kid}:{kid * 5}aaa" for kid in ("11111111", "22222222", "33333333"))
# Bytes that are no seals: hashes and indexes, what passkeys are public by, and a reply that its request's key opens.
NO_SEALS = re.compile(
    r"\w+\.(\w*hash|\w*index)|throttles\.key|passkeys\.(credential_id|public_key)|idempotency\w*\.\w+|outbox\w*\.\w+"
)
Rotate = Callable[..., None]


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "seal.key"
    path.write_text(f"{OLD}\n{INDEX}\n")
    return path


@pytest.fixture
def rotate(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> Rotate:
    """Writes the key file anew; it is looked at before each use instead of once a second."""
    monkeypatch.setattr("sangathan_chassis.assertion.KeyFile.CHECK_EVERY_S", -1.0)
    monkeypatch.setattr(SigningKeys, "FRESH_S", -1.0)

    def write(*keys: str) -> None:
        key_file.write_text("\n".join(keys))

    return write


@pytest.fixture
async def urls(empty_urls: DatabaseUrls, dataset: Path, key_file: Path) -> DatabaseUrls:
    await load_dataset(LoadDataset(empty_urls.migrator, dataset), Sealer(KeyFile(key_file)))
    return empty_urls


@pytest.fixture
def settings(settings_for: SettingsFor, urls: DatabaseUrls, key_file: Path) -> IdentitySettings:
    settings: IdentitySettings = settings_for(IdentitySettings, "identity", urls, seal_key_file=key_file)
    return settings


@pytest.fixture
async def identity(settings: IdentitySettings, urls: DatabaseUrls, clock: FixedClock) -> AsyncIterator[Harness]:
    async with running(SERVICE, settings, urls, clock) as harness:
        # The signing keys are made in the background, and not while a test gives the sealing key its turn.
        assert (await harness.ask("GET", "/v1/jwks", action="key.read")).status_code == 200
        yield harness


async def test_after_a_rotation_everybody_signs_in_and_the_old_key_is_found_nowhere(  # noqa: PLR0917 - fixtures.
    identity: Harness, settings: IdentitySettings, rotate: Rotate, clock: FixedClock, tmp_path: Path
) -> None:
    phone = await a_phone(identity, clock)
    await phone.add()
    refreshed = await refresh(identity, phone.refresh_token)
    app = await registered(identity)
    told = await app.tokens(scope="openid offline_access")
    renewed = (await app.refresh(told["refresh_token"])).json()
    rotate(NEW, OLD, INDEX)
    assert await reseal(settings) == 0
    only_old = tmp_path / "old.key"
    only_old.write_text(OLD)
    mark = Sealer(KeyFile(only_old)).mark().hex()
    assert {table for table, text in (await everything_in(identity.urls)).items() if mark in text} == set()
    for column in SEALED:
        [row] = await rows(
            identity,
            f"SELECT count(*) FROM {column.table} WHERE {column.column} <> ''",  # noqa: S608 - declared names.
        )
        assert row[0], f"the test seals nothing in {column}"
    rotate(NEW, INDEX)
    assert (await sign_in(identity, PERSON)).status_code == 200
    assert (await phone.step_up(authenticator_code=code_at(phone.secret, int(clock.now().timestamp()) // 30))).json()
    again = (await refresh(identity, phone.refresh_token)).json()
    assert again["refresh_token"] == refreshed.json()["refresh_token"]
    assert (await app.refresh(told["refresh_token"])).json()["refresh_token"] == renewed["refresh_token"]
    shown = await identity.ask("GET", "/v1/me", action="me.read", person=phone.person)
    assert shown.json()["phone"] == world.phone(PERSON)


async def test_what_nobody_can_open_is_told_and_kept(
    identity: Harness, settings: IdentitySettings, rotate: Rotate, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await rows(identity, "SELECT phone_sealed FROM persons ORDER BY id")
    rotate(NEW, INDEX)
    assert await reseal(settings) >= len(before)
    assert f"persons.phone_sealed: {len(before)} cannot be renewed" in capsys.readouterr().err
    assert await rows(identity, "SELECT phone_sealed FROM persons ORDER BY id") == before


async def test_the_command_needs_no_more_than_the_database_and_the_keys(
    identity: Harness, servers: EmbeddedServers, rotate: Rotate, key_file: Path
) -> None:
    [row] = await rows(identity, "SELECT count(*) FROM persons")
    rotate(NEW, OLD, INDEX)
    environment = {
        "PATH": os.environ["PATH"],
        "SANGATHAN_DATABASE_URL": identity.urls.app,
        "SANGATHAN_SEAL_KEY_FILE": str(key_file),
        "SANGATHAN_ASSERTION_KEY_FILE": str(servers.secrets.assertion_key("identity")),
    }
    command = [str(Path(sys.executable).with_name("sangathan-identity")), "reseal"]
    for sealed in (row[0], 0):
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, capture_output=True, text=True, check=False
        )
        said = f"persons.phone_sealed: {sealed} sealed anew"
        assert (done.returncode, said in done.stdout) == (0, True), done.stdout + done.stderr


async def test_an_erased_person_and_a_retired_key_have_nothing_to_renew(
    identity: Harness, settings: IdentitySettings, rotate: Rotate
) -> None:
    await rows(identity, "UPDATE persons SET phone_sealed = ''")
    await rows(identity, "UPDATE signing_keys SET private_sealed = '', retired_at = now()")
    rotate(NEW, OLD, INDEX)
    assert await reseal(settings) == 0
    sealer = identity.app.state.parts.sealer
    assert [await old_seals(identity.database, sealer, column) for column in SEALED] == [0] * len(SEALED)


async def test_every_column_that_could_hold_a_seal_is_renewed_or_known_to_hold_none(identity: Harness) -> None:
    columns = await rows(
        identity,
        "SELECT c.table_name || '.' || c.column_name AS name FROM information_schema.columns c"
        " WHERE c.table_schema = 'public' AND c.data_type = 'bytea'",
    )
    assert {row["name"] for row in columns if not NO_SEALS.fullmatch(row["name"])} == {str(column) for column in SEALED}
