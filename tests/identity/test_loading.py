"""Loading a dataset directory: everything or nothing, once."""

import shutil
from pathlib import Path

import asyncpg
import pytest

from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.load_dataset import LoadDataset, Refused, load_dataset
from sangathan_identity.store.factors import SECRET_PLACE
from sangathan_identity.store.persons import PHONE_PLACE
from sangathan_testkit.databases import DatabaseUrls
from tests.identity import world


async def query(urls: DatabaseUrls, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(urls.superuser)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def test_every_unit_and_appointment_is_there(urls: DatabaseUrls) -> None:
    [row] = await query(urls, "SELECT (SELECT count(*) FROM units), (SELECT count(*) FROM appointments)")
    assert tuple(row) == (len(world.PATHS), len(world.holders()))


async def test_a_load_is_one_change_of_the_tree(urls: DatabaseUrls) -> None:
    assert (await query(urls, "SELECT version FROM tree_state"))[0]["version"] == 1


async def test_a_load_tells_the_replicas_to_build_anew(urls: DatabaseUrls) -> None:
    [row] = await query(urls, "SELECT type, subject, convert_from(body, 'UTF8') AS body FROM outbox")
    assert tuple(row) == ("identity.tree.reloaded.v1", "ev.identity.tree.reloaded.v1", '{"tree_version":1}')


async def test_numbers_are_sealed_on_the_way(urls: DatabaseUrls, sealer: Sealer) -> None:
    [row] = await query(urls, f"SELECT phone_sealed FROM persons WHERE id = '{world.holder(world.BOOTH).person_id}'")  # noqa: S608
    assert sealer.open(row["phone_sealed"], place=PHONE_PLACE) == world.phone(world.holder(world.BOOTH))


async def test_a_unit_counts_as_there_since_the_first_office_on_record(urls: DatabaseUrls) -> None:
    [row] = await query(urls, "SELECT DISTINCT valid_from FROM units")
    assert row["valid_from"].isoformat() == "2021-03-31T18:30:00+00:00"


async def test_an_authenticator_is_brought_along_sealed(
    empty_urls: DatabaseUrls, dataset: Path, tmp_path: Path, sealer: Sealer
) -> None:
    folder = Path(shutil.copytree(dataset, tmp_path / "with-authenticators"))
    header, first, *others = (folder / "persons.csv").read_text(encoding="utf-8").splitlines()
    lines = [f"{header},totp_secret", f"{first},JBSWY3DPEHPK3PXP", *(f"{one}," for one in others)]
    (folder / "persons.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    await load_dataset(LoadDataset(empty_urls.migrator, folder), sealer)
    [row] = await query(empty_urls, "SELECT secret_sealed, confirmed_at FROM totp_secrets")
    assert sealer.open(row["secret_sealed"], place=SECRET_PLACE) == "JBSWY3DPEHPK3PXP"
    assert row["confirmed_at"] is not None


async def test_a_second_load_is_refused(urls: DatabaseUrls, dataset: Path, sealer: Sealer) -> None:
    with pytest.raises(Refused, match="has units already"):
        await load_dataset(LoadDataset(urls.migrator, dataset), sealer)


Mistake = tuple[str, str, str]


@pytest.fixture
def broken(dataset: Path, tmp_path: Path, mistake: Mistake) -> Path:
    """The dataset with one text of one file replaced."""
    file, old, new = mistake
    folder = Path(shutil.copytree(dataset, tmp_path / "broken"))
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "mistake",
    [
        ("units.csv", "in.mp.d07.v1.m1.b1.", "in.mp.D07"),
        ("persons.csv", "+916000000001", "1234"),
        ("appointments.csv", str(world.unit_id(world.BOOTH)), str(world.an_id("nowhere"))),
        ("levels.csv", "booth", "hut"),
        ("appointments.csv", "2021-04-01", "1st April"),
    ],
)
async def test_a_wrong_file_leaves_nothing_behind(empty_urls: DatabaseUrls, broken: Path, sealer: Sealer) -> None:
    with pytest.raises(Refused):
        await load_dataset(LoadDataset(empty_urls.migrator, broken), sealer)
    [row] = await query(empty_urls, "SELECT (SELECT count(*) FROM levels), (SELECT count(*) FROM outbox)")
    assert tuple(row) == (0, 0)
