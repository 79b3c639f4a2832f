"""What is known beforehand about the demo data, so that answers of the running system can be compared with it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

TRUTH_FILE: Final = "truth.json"
_MODULUS: Final = 1 << 128


class UnitTruth(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with the exact number of its workers, and the fingerprint of their ids."""

    unit_id: str
    level: str
    path: str
    name_hi: str
    name_en: str
    workers: int
    fingerprint: str


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """A person who can sign in with the demo password; the office is empty for one who holds none."""

    person_id: str
    phone: str
    name_hi: str
    name_en: str
    appointment_id: str = ""
    office: str = ""
    unit_id: str = ""
    path: str = ""


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """The unit beside: its office-bearer and one of its workers, whom the other side must not see."""

    unit: UnitTruth
    sign_in: SignIn
    worker_id: str


class LevelTruth(msgspec.Struct, frozen=True, kw_only=True):
    """One level: an office-bearer, the unit, one worker inside it, and the unit beside (the nation has none)."""

    level: str
    unit: UnitTruth
    sign_in: SignIn
    worker_id: str
    neighbour: Neighbour | None

    def beside(self) -> Neighbour:
        """The unit beside; raises LookupError for the nation, which has none."""
        if self.neighbour is None:
            raise LookupError(f"there is no unit beside {self.unit.name_en}")
        return self.neighbour


class VistarakTruth(msgspec.Struct, frozen=True, kw_only=True):
    """A vistarak, the assigned booths, and a booth of the same mandal that is not assigned."""

    sign_in: SignIn
    booths: tuple[UnitTruth, ...]
    outside: UnitTruth


class WorkerTruth(msgspec.Struct, frozen=True, kw_only=True):
    """A worker on record whose phone nobody shares."""

    worker_id: str
    unit_id: str
    path: str
    name_hi: str
    name_en: str
    phone: str


class Stranger(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who claims to be a worker and is not on record."""

    name_hi: str
    name_en: str
    phone: str


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """All of it: `levels` from the nation down, districts by code with their presidents in the same order."""

    scale: str
    workers: int
    levels: tuple[LevelTruth, ...]
    districts: tuple[UnitTruth, ...]
    district_presidents: tuple[SignIn, ...]
    state_it_in_charge: SignIn
    district_general_secretary: SignIn
    vistarak: VistarakTruth
    spare: SignIn
    vacant_booth: UnitTruth
    known_worker: WorkerTruth
    impostor: Stranger

    def level(self, code: str) -> LevelTruth:
        """The truth of one level; raises KeyError when there is none."""
        for level in self.levels:
            if level.level == code:
                return level
        raise KeyError(code)


def fingerprint(ids: Iterable[str]) -> str:
    """A sum over ids that two different sets do not share by accident, in any order, in constant memory."""
    return fingerprint_of_sum(sum(int(one.replace("-", ""), 16) for one in ids))


def fingerprint_of_sum(total: int) -> str:
    """The fingerprint for ids that were already added up as integers."""
    return f"{total % _MODULUS:032x}"


def read_truth(directory: Path) -> Truth:
    """The truth of a dataset directory; raises FileNotFoundError before the dataset is complete."""
    return msgspec.json.decode((directory / TRUTH_FILE).read_bytes(), type=Truth)


def write_truth(directory: Path, truth: Truth) -> None:
    """Writes the truth, which is what makes a dataset directory complete."""
    data = msgspec.json.format(msgspec.json.encode(truth), indent=1)
    (directory / TRUTH_FILE).write_bytes(data + b"\n")
