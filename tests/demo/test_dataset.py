"""The demo data: the same on every machine, complete, plainly made up, and as large as it says."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

import phonenumbers
import pytest
from argon2 import PasswordHasher

from sangathan_contracts.offices import OFFICES
from sangathan_demo.dataset import write_dataset
from sangathan_demo.ids import NAMESPACE, stable_id
from sangathan_demo.people import SURNAMES
from sangathan_demo.sources import constituencies, workshop_rows
from sangathan_demo.tree import LEVELS, SCALES, STATE_PATH, Tree, build_tree
from sangathan_demo.truth import SignIn, Truth, fingerprint, read_truth
from sangathan_registry.domain.addresses import read_address, read_pin

PASSWORD = "a demo password"
# The files that hold no salt and so must be the same bytes everywhere.
DIGESTS = {
    "units.csv": "6865117b34e7db1e",
    "appointments.csv": "a72a6f1dfb1e432a",
    "assignments.csv": "3bff80435fd340b7",
    "workers.csv": "047454ec50575261",
}


@cache
def tree_of(scale: str) -> Tree:
    return build_tree(SCALES[scale])


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dataset")
    write_dataset(path, "tiny", PASSWORD)
    return path


@pytest.fixture(scope="module")
def truth(directory: Path) -> Truth:
    return read_truth(directory)


def rows(directory: Path, name: str) -> Iterator[dict[str, str]]:
    with (directory / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def sign_ins(truth: Truth) -> list[SignIn]:
    beside = [level.neighbour.sign_in for level in truth.levels if level.neighbour]
    named = [truth.state_it_in_charge, truth.district_general_secretary, truth.vistarak.sign_in, truth.spare]
    return [*(level.sign_in for level in truth.levels), *beside, *truth.district_presidents, *named]


@pytest.mark.parametrize(
    ("scale", "mandals", "booths", "workers"),
    [("small", 690, 3_450, 41_400), ("full", 1_078, 65_015, 780_180), ("large", 1_078, 65_015, 1_300_300)],
)
def test_a_scale_is_as_large_as_it_says(scale: str, mandals: int, booths: int, workers: int) -> None:
    state = [unit for unit in tree_of(scale).units if unit.path.startswith(STATE_PATH)]
    found = Counter(unit.level for unit in state)
    assert (found["district"], found["vidhan-sabha"], found["mandal"]) == (57, 230, mandals)
    assert (found["booth"], found["booth"] * SCALES[scale].workers_per_booth) == (booths, workers)


def test_the_neighbour_has_24_workers(directory: Path) -> None:
    assert sum(row["path"].startswith("in.nx.") for row in rows(directory, "workers.csv")) == 24


def test_every_district_of_the_plan_has_constituencies() -> None:
    named = {row.district.en for row in workshop_rows()}
    assert {seat.district_en for seat in constituencies()} == named
    assert len(named) == 57


def test_the_plan_has_14_workshops() -> None:
    assert len({(row.date, row.venue.en) for row in workshop_rows()}) == 14


@pytest.mark.parametrize("scale", ["small", "full"])
def test_no_path_is_the_beginning_of_a_sibling(scale: str) -> None:
    tree = tree_of(scale)
    for unit in tree.units:
        codes = [child.code for child in tree.children(unit)]
        assert len(set(codes)) == len(codes)
        assert len({len(code) for code in codes}) <= 1


@pytest.mark.parametrize("scale", ["small", "full"])
def test_every_unit_lies_beneath_its_parent(scale: str) -> None:
    tree = tree_of(scale)
    by_id = {unit.id: unit for unit in tree.units}
    below = [unit for unit in tree.units if unit.parent_id]
    assert len(below) == len(tree.units) - 1
    assert all(unit.path == f"{by_id[unit.parent_id].path}{unit.code}." for unit in below)


def test_a_unit_is_the_same_unit_at_every_scale() -> None:
    small = {unit.path: unit.id for unit in tree_of("small").units}
    full = {unit.path: unit.id for unit in tree_of("full").units}
    common = small.keys() & full.keys()
    assert len(common) > 2_000
    assert all(small[path] == full[path] for path in common)


def test_ids_are_uuid5() -> None:
    assert UUID(stable_id("unit:in.")) == uuid5(NAMESPACE, "unit:in.")


@pytest.mark.parametrize("name", DIGESTS)
def test_a_file_is_the_same_bytes_everywhere(directory: Path, name: str) -> None:
    assert hashlib.sha256((directory / name).read_bytes()).hexdigest()[:16] == DIGESTS[name]


def test_the_truth_is_the_files(directory: Path, truth: Truth) -> None:
    ids: dict[str, list[str]] = {level.unit.path: [] for level in truth.levels}
    for row in rows(directory, "workers.csv"):
        for path, found in ids.items():
            if row["path"].startswith(path):
                found.append(row["id"])
    for level in truth.levels:
        assert (level.unit.workers, level.unit.fingerprint) == (
            len(ids[level.unit.path]),
            fingerprint(ids[level.unit.path]),
        )


def test_worker_ids_never_repeat(directory: Path, truth: Truth) -> None:
    assert len({row["id"] for row in rows(directory, "workers.csv")}) == truth.workers


def test_every_worker_stands_in_a_booth(directory: Path) -> None:
    booths = {unit.id: unit.path for unit in tree_of("tiny").at("booth")}
    assert all(booths[row["unit_id"]] == row["path"] for row in rows(directory, "workers.csv"))


def test_every_worker_is_plainly_made_up(directory: Path) -> None:
    surnames = {name.en for name in SURNAMES}
    for row in rows(directory, "workers.csv"):
        assert row["name_en"].split()[-1] in surnames
        assert row["phone"].startswith("+91600")


def test_a_share_of_the_workers_has_a_made_up_address_with_its_pin(directory: Path) -> None:
    found = list(rows(directory, "workers.csv"))
    housed = [row for row in found if row["address"]]
    assert 0.3 < len(housed) / len(found) < 0.5
    assert all(read_pin(row["pin"]) == row["pin"] and read_address(row["address"]) == row["address"] for row in housed)
    assert not any(row["pin"] for row in found if not row["address"])


def test_every_worker_was_of_age_when_consenting(directory: Path) -> None:
    assert all(2021 - int(row["birth_year"]) > 18 for row in rows(directory, "workers.csv"))


def test_phones_are_valid_mobile_numbers(directory: Path) -> None:
    phones = [row["phone"] for row in rows(directory, "workers.csv")]
    for phone in [*phones[::500], "+916000780204"]:
        number = phonenumbers.parse(phone)
        assert phonenumbers.is_valid_number(number)
        assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE


def test_some_families_share_a_phone(directory: Path) -> None:
    phones = Counter(row["phone"] for row in rows(directory, "workers.csv"))
    assert 0 < sum(count > 1 for count in phones.values()) < len(phones) / 20


def test_no_two_persons_share_a_phone(directory: Path) -> None:
    phones = [row["phone"] for row in rows(directory, "persons.csv")]
    assert len(set(phones)) == len(phones)


def test_every_person_is_one_worker(directory: Path) -> None:
    linked = {
        row["person_id"]: (row["phone"], row["name_hi"]) for row in rows(directory, "workers.csv") if row["person_id"]
    }
    assert linked == {row["id"]: (row["phone"], row["name_hi"]) for row in rows(directory, "persons.csv")}


def test_every_appointment_is_at_the_level_of_its_office(directory: Path) -> None:
    levels = {unit.id: unit.level for unit in tree_of("tiny").units}
    assert all(OFFICES[row["office"]].level == levels[row["unit_id"]] for row in rows(directory, "appointments.csv"))


def test_every_appointer_might_appoint(directory: Path) -> None:
    held = {row["person_id"]: row["office"] for row in rows(directory, "appointments.csv")}
    for row in rows(directory, "appointments.csv"):
        if row["appointed_by"]:
            assert row["office"] in OFFICES[held[row["appointed_by"]]].may_appoint


def test_every_district_has_a_president_and_a_general_secretary(directory: Path) -> None:
    offices = Counter(
        row["office"] for row in rows(directory, "appointments.csv") if row["path"].startswith(STATE_PATH)
    )
    assert (offices["district-president"], offices["district-general-secretary"]) == (57, 57)
    assert offices["vidhan-sabha-president"] == 230


def test_some_booths_have_no_president_now(directory: Path) -> None:
    booths = [row for row in rows(directory, "appointments.csv") if row["office"] == "booth-president"]
    vacant = [row for row in booths if row["valid_to"]]
    assert len(booths) / 20 < len(vacant) < len(booths) / 5


def test_only_the_sign_in_persons_have_a_password(directory: Path, truth: Truth) -> None:
    hashes = {row["phone"]: row["password_hash"] for row in rows(directory, "persons.csv") if row["password_hash"]}
    assert hashes.keys() == {sign_in.phone for sign_in in sign_ins(truth)}
    assert PasswordHasher().verify(hashes[truth.spare.phone], PASSWORD)


def test_every_sign_in_holds_the_office_it_says(directory: Path, truth: Truth) -> None:
    held = {row["id"]: row for row in rows(directory, "appointments.csv")}
    for one in sign_ins(truth):
        if one.appointment_id:
            row = held[one.appointment_id]
            assert (row["person_id"], row["office"], row["path"]) == (one.person_id, one.office, one.path)
            assert not row["valid_to"]


def test_the_truth_has_one_office_bearer_on_each_level(truth: Truth) -> None:
    assert [level.level for level in truth.levels] == [level.code for level in LEVELS]
    assert all(level.sign_in.path == level.unit.path for level in truth.levels)


def test_the_neighbours_worker_stands_outside(directory: Path, truth: Truth) -> None:
    paths = {row["id"]: row["path"] for row in rows(directory, "workers.csv")}
    for level in truth.levels[1:]:
        assert level.neighbour
        assert paths[level.worker_id].startswith(level.unit.path)
        assert not paths[level.neighbour.worker_id].startswith(level.unit.path)


def test_the_vistarak_is_not_assigned_every_booth_of_the_mandal(truth: Truth) -> None:
    mandal = truth.vistarak.sign_in.path
    assert truth.vistarak.booths
    assert truth.vistarak.outside not in truth.vistarak.booths
    assert all(booth.path.startswith(mandal) for booth in (*truth.vistarak.booths, truth.vistarak.outside))


def test_the_spare_person_holds_no_office(directory: Path, truth: Truth) -> None:
    assert truth.spare.person_id not in {row["person_id"] for row in rows(directory, "appointments.csv")}


def test_the_impostor_is_not_on_record(directory: Path, truth: Truth) -> None:
    assert truth.impostor.phone not in {row["phone"] for row in rows(directory, "workers.csv")}


def test_an_incomplete_dataset_has_no_truth(tmp_path: Path) -> None:
    def stop(_written: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dataset(tmp_path, "tiny", PASSWORD, stop)
    with pytest.raises(FileNotFoundError):
        read_truth(tmp_path)


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    written = write_dataset(tmp_path, "tiny", PASSWORD, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (written.workers, written.workers)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
