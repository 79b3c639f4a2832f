"""Loading a data set by COPY: everything or nothing, sealed on the way, counted, and behind the wall again."""

import csv
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from sangathan_chassis.sealing import Sealer
from sangathan_registry.commands.load_dataset import WORKER_HEADER, load_dataset
from sangathan_registry.domain.consent import Consent
from sangathan_testkit.databases import DatabaseUrls
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.world import BOOTH, MANDAL, STATE, TWIN_BOOTH


def row(path: str, number: int, **changes: str) -> list[str]:
    values = {
        "id": str(uuid4()),
        "unit_id": str(world.unit_id(path)),
        "path": path,
        "name_hi": "रमेश नमूना",
        "name_en": "Ramesh Namuna",
        "relation_type": "father",
        "relation_name": "पूर्वज नमूना",
        "gender": "male",
        "birth_year": "1985",
        "phone": f"+91600000{number:04}",
        "person_id": "",
        "consent_given_at": "2021-04-09T06:30:00Z",
        "address": "मकान 12, नमूना टोला",
        "pin": "470661",
    } | changes
    return [values[name] for name in WORKER_HEADER]


def write(folder: Path, rows: list[list[str]], assignments: list[list[Any]] | None = None) -> Path:
    with (folder / "workers.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([WORKER_HEADER, *rows])
    if assignments is not None:
        header = ["id", "appointment_id", "person_id", "unit_id", "path", "valid_from", "valid_to"]
        with (folder / "assignments.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *assignments])
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [row(BOOTH, 1), row(BOOTH, 2), row(TWIN_BOOTH, 3, person_id=str(uuid4()), phone="")]
    unit = [str(world.unit_id(BOOTH)), BOOTH]
    return write(tmp_path, rows, [[uuid4(), uuid4(), uuid4(), *unit, "2021-04-01T00:00:00+05:30", ""]])


async def test_what_is_loaded_is_listed_found_counted_and_consented(
    registry: Harness, folder: Path, sealer: Sealer, capsys: pytest.CaptureFixture[str]
) -> None:
    await load_dataset(registry.urls.migrator, folder, sealer)
    assert capsys.readouterr().err.splitlines()[-1] == "progress 3 3"
    items = (await world.listed(registry, world.at(MANDAL))).json()["items"]
    assert [item["phone"] for item in items] in (["+916000000001", "+916000000002"], ["+916000000002", "+916000000001"])
    found = (await world.searched(registry, world.at(STATE), phone="+916000000002")).json()["items"]
    assert len(found) == 1
    assert await world.counted(registry, world.at(STATE), STATE) == 3
    assert await world.size(registry, "consents") == 3
    assert await world.size(registry, "assignments") == 1


async def test_the_consent_artefact_of_an_import_has_the_hash_of_any_other(
    registry: Harness, folder: Path, sealer: Sealer
) -> None:
    await load_dataset(registry.urls.migrator, folder, sealer)
    for kept in await world.rows(registry, "SELECT * FROM consents"):
        parts = ("purpose", "notice_version", "language", "how", "given_at", "taken_by")
        consent = Consent(*(kept[name] for name in parts))
        assert kept["hash"] == consent.artefact_hash(UUID(str(kept["worker_id"])))


async def test_the_wall_and_the_indexes_stand_again_after_loading(
    registry: Harness, folder: Path, sealer: Sealer
) -> None:
    indexes = "SELECT indexdef FROM pg_indexes WHERE tablename = 'workers' ORDER BY 1"
    before = await world.rows(registry, indexes)
    await load_dataset(registry.urls.migrator, folder, sealer)
    assert await world.rows(registry, indexes) == before
    owner = await asyncpg.connect(registry.urls.migrator)
    assert await owner.fetch("SELECT 1 FROM workers") == []
    await owner.close()


@pytest.mark.parametrize(
    "bad",
    [
        {"birth_year": "old"},
        {"birth_year": "2003"},
        {"id": "nobody"},
        {"name_hi": "र\tम"},
        {"consent_given_at": ""},
        {"name_hi": "", "name_en": ""},
    ],
)
async def test_a_wrong_row_loads_nobody(
    urls: DatabaseUrls, tmp_path: Path, sealer: Sealer, bad: dict[str, str]
) -> None:
    write(tmp_path, [row(BOOTH, 1), row(BOOTH, 2, **bad)])
    with pytest.raises(SystemExit, match="nothing was loaded"):
        await load_dataset(urls.migrator, tmp_path, sealer)
    owner = await asyncpg.connect(urls.superuser)
    assert await owner.fetchval("SELECT count(*) FROM workers") == 0
    assert await owner.fetchval("SELECT count(*) FROM pg_indexes WHERE tablename = 'workers'") == 7
    assert await owner.fetchval("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'workers'")
    await owner.close()


async def test_a_second_load_is_refused(urls: DatabaseUrls, folder: Path, sealer: Sealer) -> None:
    await load_dataset(urls.migrator, folder, sealer)
    with pytest.raises(SystemExit, match="holds workers already"):
        await load_dataset(urls.migrator, folder, sealer)
