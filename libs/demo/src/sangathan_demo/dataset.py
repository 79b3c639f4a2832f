"""Writes a dataset directory: the CSV files that identity and registry load by COPY, and the truth about them.

Workers are made and written booth by booth, so that memory holds the tree and never the workers.
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher

from sangathan_demo.cast import Cast, Tally
from sangathan_demo.people import Roll
from sangathan_demo.postings import Posting, Seat, assignments, postings
from sangathan_demo.second_factor import OFFICES, secret_of
from sangathan_demo.tree import LEVELS, SCALES, Tree, Unit, build_tree
from sangathan_demo.truth import TRUTH_FILE, Truth, write_truth

Progress = Callable[[int, int], None]
"""Called now and then with the workers written so far and the workers in all."""

# OWASP's smallest argon2id: some seventy hashes of one random password must not hold up the first start.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_BOOTHS_PER_PROGRESS: Final = 200


def write_dataset(directory: Path, scale: str, password: str, progress: Progress | None = None) -> Truth:
    """Writes the dataset of a scale (a key of SCALES) and returns its truth; `password` opens the sign-in persons.

    The directory is made when missing. `truth.json` is removed first and written last: only a directory that holds
    it is complete.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / TRUTH_FILE).unlink(missing_ok=True)
    tree = build_tree(SCALES[scale])
    roll = Roll.of(tree)
    cast = Cast(tree, roll)
    held = list(postings(tree))
    sign_ins = cast.sign_in_seats()
    seats = list(dict.fromkeys([*(posting.seat for posting in held), *sign_ins]))
    _write_tree(directory, tree)
    bosses = {posting.seat for posting in held if posting.office in OFFICES} & set(sign_ins)
    _write_persons(directory, roll, seats, _Secrets(_hashes(sign_ins, password), bosses, password))
    _write_appointments(directory, tree, held)
    tally = _write_workers(directory, roll, seats, progress)
    truth = cast.truth(scale, tally)
    write_truth(directory, truth)
    return truth


def _hashes(seats: Sequence[Seat], password: str) -> dict[Seat, str]:
    with ThreadPoolExecutor() as pool:
        return dict(zip(seats, pool.map(_HASHER.hash, [password] * len(seats)), strict=True))


def _write_tree(directory: Path, tree: Tree) -> None:
    _write(
        directory / "levels.csv",
        ("code", "rank", "name_hi", "name_en"),
        ((level.code, level.rank, level.name.hi, level.name.en) for level in LEVELS),
    )
    _write(
        directory / "units.csv",
        ("id", "parent_id", "level", "code", "path", "name_hi", "name_en"),
        (
            (unit.id, unit.parent_id, unit.level, unit.code, unit.path, unit.name.hi, unit.name.en)
            for unit in tree.units
        ),
    )


@dataclass(frozen=True, slots=True)
class _Secrets:
    """Whose password is which hash, and who has an authenticator that follows from the password."""

    hashes: dict[Seat, str]
    authenticators: set[Seat]
    password: str


def _write_persons(directory: Path, roll: Roll, seats: Iterable[Seat], secrets: _Secrets) -> None:
    def row(seat: Seat) -> tuple[str, ...]:
        worker = roll.worker(seat.booth, seat.place)
        totp = secret_of(secrets.password, worker.phone) if seat in secrets.authenticators else ""
        return (seat.person_id, worker.name.hi, worker.name.en, worker.phone, secrets.hashes.get(seat, ""), totp)

    header = ("id", "name_hi", "name_en", "phone", "password_hash", "totp_secret")
    _write(directory / "persons.csv", header, map(row, seats))


def _write_appointments(directory: Path, tree: Tree, held: Iterable[Posting]) -> None:
    _write(
        directory / "appointments.csv",
        ("id", "person_id", "office", "unit_id", "path", "valid_from", "valid_to", "appointed_by"),
        (
            (
                posting.appointment_id,
                posting.seat.person_id,
                posting.office,
                posting.unit.id,
                posting.unit.path,
                posting.valid_from,
                posting.valid_to,
                posting.appointed_by,
            )
            for posting in held
        ),
    )
    _write(
        directory / "assignments.csv",
        ("id", "appointment_id", "person_id", "unit_id", "path", "valid_from", "valid_to"),
        (
            (
                one.id,
                one.posting.appointment_id,
                one.posting.seat.person_id,
                one.booth.id,
                one.booth.path,
                one.posting.valid_from,
                one.posting.valid_to,
            )
            for one in assignments(tree)
        ),
    )


def _write_workers(directory: Path, roll: Roll, seats: Iterable[Seat], progress: Progress | None) -> Tally:
    person_of = {(seat.booth.path, seat.place): seat.person_id for seat in seats}
    tally = Tally({}, {})
    booths = roll.tree.at("booth")
    with (directory / "workers.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(_WORKER_HEADER)
        for number, booth in enumerate(booths, start=1):
            rows = _worker_rows(roll, booth, person_of)
            out.writerows(rows)
            _count(tally, booth.path, [row[0] for row in rows])
            if progress and (number % _BOOTHS_PER_PROGRESS == 0 or number == len(booths)):
                progress(len(roll) * number // len(booths), len(roll))
    return tally


_WORKER_HEADER: Final = (
    *("id", "unit_id", "path", "name_hi", "name_en", "relation_type", "relation_name"),
    *("gender", "birth_year", "phone", "person_id", "consent_given_at", "address", "pin"),
)


def _worker_rows(roll: Roll, booth: Unit, person_of: dict[tuple[str, int], str]) -> list[tuple[str, ...]]:
    return [
        (
            worker.id,
            booth.id,
            booth.path,
            worker.name.hi,
            worker.name.en,
            worker.relation_type,
            worker.relation_name,
            worker.gender,
            str(worker.birth_year),
            worker.phone,
            person_of.get((booth.path, place), ""),
            worker.consent_given_at,
            worker.address,
            worker.pin,
        )
        for place, worker in enumerate(roll.workers(booth))
    ]


def _count(tally: Tally, booth_path: str, ids: list[str]) -> None:
    """Adds a booth's workers to the booth and to every unit above it."""
    total = sum(int(one.replace("-", ""), 16) for one in ids)
    codes = booth_path[:-1].split(".")
    for depth in range(1, len(codes) + 1):
        path = ".".join(codes[:depth]) + "."
        tally.workers[path] = tally.workers.get(path, 0) + len(ids)
        tally.id_sums[path] = tally.id_sums.get(path, 0) + total


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)
