"""A tree small enough to know by heart, written as a dataset directory and loaded as an operator would."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from argon2 import PasswordHasher

from sangathan_testkit.harness import Person

LEVELS: Final = ("nation", "state", "district", "vidhan-sabha", "mandal", "booth")
HEADS: Final = {
    "nation": "national-president",
    "state": "state-president",
    "district": "district-president",
    "vidhan-sabha": "vidhan-sabha-president",
    "mandal": "mandal-president",
    "booth": "booth-president",
}
# d07 and d070 are there because one path's text begins with the other's.
PATHS: Final = (
    "in.",
    "in.mp.",
    "in.mp.d07.",
    "in.mp.d07.v1.",
    "in.mp.d07.v1.m1.",
    "in.mp.d07.v1.m1.b1.",
    "in.mp.d07.v1.m1.b2.",
    "in.mp.d07.v1.m2.",
    "in.mp.d07.v1.m2.b3.",
    "in.mp.d070.",
    "in.mp.d070.v3.",
    "in.mp.d070.v3.m1.",
    "in.mp.d070.v3.m1.b1.",
    "in.mp.d08.",
    "in.mp.d08.v2.",
    "in.nx.",
    "in.nx.d01.",
)
EXTRA: Final = (("state-it-in-charge", "in.mp."), ("vistarak", "in.mp.d07.v1.m1."))
PASSWORD: Final = "sahi-password"
TERM_BEGAN: Final = "2021-04-01T00:00:00+05:30"
_HASH: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

BOOTH: Final = "in.mp.d07.v1.m1.b1."
NEXT_BOOTH: Final = "in.mp.d07.v1.m1.b2."
MANDAL: Final = "in.mp.d07.v1.m1."
DISTRICT: Final = "in.mp.d07."
TWIN: Final = "in.mp.d070."
STATE: Final = "in.mp."
NATION: Final = "in."


def an_id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:sangathan:test:{name}")


def unit_id(path: str) -> UUID:
    return an_id(f"unit:{path}")


def level_of(path: str) -> str:
    return LEVELS[path.count(".") - 1]


def holder(path: str, office: str | None = None) -> Person:
    """Who holds an office at a unit (its head unless said), as the gateway vouches for them."""
    office = office or HEADS[level_of(path)]
    return Person(
        path=path,
        office=office,
        unit_id=unit_id(path),
        person_id=an_id(f"person:{office}:{path}"),
        appointment_id=an_id(f"appointment:{office}:{path}"),
        session_id=an_id(f"session:{office}:{path}"),
    )


def themselves(person: Person) -> Person:
    """The same person, acting only for themselves."""
    return replace(person, path="", unit_id=None)


def holders() -> list[Person]:
    return [*(holder(path) for path in PATHS), *(holder(path, office) for office, path in EXTRA)]


def phone(person: Person) -> str:
    ids = [one.person_id for one in holders()]
    return f"+91600000{ids.index(person.person_id) + 1:04}"


def write_dataset(folder: Path) -> Path:
    """The dataset directory of this tree."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / "levels.csv",
        "code,rank,name_hi,name_en",
        ((name, rank, name, name) for rank, name in enumerate(LEVELS, 1)),
    )
    _write(folder / "units.csv", "id,parent_id,level,code,path,name_hi,name_en", map(_unit_row, PATHS))
    _write(folder / "persons.csv", "id,name_hi,name_en,phone,password_hash", map(_person_row, holders()))
    _write(
        folder / "appointments.csv",
        "id,person_id,office,unit_id,path,valid_from,valid_to,appointed_by",
        ((p.appointment_id, p.person_id, p.office, p.unit_id, p.path, TERM_BEGAN, "", "") for p in holders()),
    )
    return folder


def parent_of(path: str) -> str:
    return path[: path[:-1].rfind(".") + 1]


def _unit_row(path: str) -> Sequence[object]:
    parent = parent_of(path)
    code = path[len(parent) : -1]
    return (
        unit_id(path),
        unit_id(parent) if parent else "",
        level_of(path),
        code,
        path,
        f"इकाई {path}",
        f"Unit {path}",
    )


def _person_row(person: Person) -> Sequence[object]:
    return (person.person_id, f"नमूना {person.path}", f"Namuna {person.path}", phone(person), _HASH)


def _write(file: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        out = csv.writer(lines, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)
