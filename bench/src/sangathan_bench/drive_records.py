"""What the devices of a drive hold when they come home: every record made beforehand, as the bytes that are sent.

The bodies lie in one file and the ids in another, since 1.3 million records would not fit beside the system that takes
them. Names are drawn from the public list with plainly made-up surnames. One record in a hundred is bad, in turn in
each of five ways, and one in two hundred tells of somebody whom the same device has recorded already, with the name in
the other script alone. A booth is toured within eight hours.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID, uuid4

import msgspec

from sangathan_bench.drive_ground import ANSWERS, Drive, Vistarak
from sangathan_chassis.ids import uuid7
from sangathan_demo.people import SURNAMES
from sangathan_demo.sources import Name, given_names

SMALLEST: Final = 20
LARGEST: Final = 65
RECORDS_EACH: Final = 65
BAD_EVERY: Final = 100
AGAIN_EVERY: Final = 200
AGAIN_AT: Final = 51
_ID_BYTES: Final = 17
_FIRST_PHONE: Final = 916_300_000_001
_CLOSE_TO_NOW: Final = timedelta(hours=1)
_AT_A_BOOTH_S: Final = 8 * 3600
_BAD: Final[tuple[dict[str, Any], ...]] = (
    {"birth_year": 2020},
    {"phone": "0123456789"},
    {"answers": {"education": "none of these"}},
    {"unit_id": "00000000-0000-4000-8000-000000000001"},
    {"form_version_id": "00000000-0000-4000-8000-000000000002"},
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Where a body lies in the file, and how many records it has: all, and those that are bad."""

    at: int
    length: int
    records: int
    bad: int


@dataclass(frozen=True, slots=True)
class Device:
    """A vistarak's device and the batches that it sends, one after another."""

    vistarak: Vistarak
    batches: tuple[Batch, ...]


@dataclass(slots=True)
class Haul:
    """All that was collected: how many ``good`` and ``bad``, and ``twice`` the pairs that tell of one person."""

    file: Path
    devices: list[Device] = field(default_factory=list)
    good: int = 0
    bad: int = 0
    twice: list[tuple[UUID, UUID]] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many there are."""
        return self.good + self.bad

    def ids(self) -> Iterator[tuple[UUID, bool]]:
        """The id of each, and whether it is good."""
        with self._ids.open("rb") as file:
            while row := file.read(_ID_BYTES):
                yield UUID(bytes=row[:-1]), bool(row[-1])

    @property
    def _ids(self) -> Path:
        return self.file.with_name(f"{self.file.name}-ids")

    @contextmanager
    def noted(self) -> Iterator[Callable[[UUID, bool], None]]:
        """Gives what notes a record's id, and whether it is good, for as long as the block lasts."""
        with self._ids.open("wb") as file:

            def note(record_id: UUID, good: bool) -> None:  # noqa: FBT001 - written as it stands in the file.
                file.write(record_id.bytes + bytes([good]))
                self.good, self.bad = self.good + good, self.bad + (not good)

            yield note

    def discard(self) -> None:
        """Takes the files away."""
        for one in (self.file, self._ids):
            one.unlink(missing_ok=True)


def collect(file: Path, drive: Drive, sent: Sequence[Vistarak], records: int, *, before: int = 0) -> Haul:
    """Fills the file and gives what lies where; the same records but for their ids and times every time.

    ``before`` says how many were made for another haul, whose people these are not.
    """
    haul = Haul(file)
    with file.open("wb") as out, haul.noted() as note:
        maker = _Maker(drive, haul, note, before)
        for number, vistarak in enumerate(sent):
            left = records - number * RECORDS_EACH
            batches = tuple(maker.batches(out, vistarak, min(RECORDS_EACH, left)))
            haul.devices.append(Device(vistarak, batches))
    return haul


class _Maker:
    """Makes one person after another."""

    def __init__(self, drive: Drive, haul: Haul, note: Callable[[UUID, bool], None], made: int) -> None:
        self._drive = drive
        self._haul = haul
        self._note = note
        self._random = random.Random(20 + made)
        names = given_names()
        self._given = {"female": names.feminine, "male": names.masculine}
        self._seconds = int((drive.ends - drive.begins - _CLOSE_TO_NOW).total_seconds()) - _AT_A_BOOTH_S
        self._encode = msgspec.json.Encoder().encode
        self._made = made

    def batches(self, out: BinaryIO, vistarak: Vistarak, records: int) -> Iterator[Batch]:
        """Writes the bodies of one device's batches."""
        told, bad = self._records(vistarak, records)
        device, collected = str(uuid4()), {}
        for number, booth in enumerate(vistarak.booths):
            collected[str(booth)] = len(range(number, records, len(vistarak.booths)))
        first = 0
        for size in self._sizes(records):
            some = told[first : first + size]
            batch = {"batch_id": str(uuid7()), "device_id": device, "drive_id": str(self._drive.id)}
            body = self._encode({**batch, "collected": collected, "records": some})
            yield Batch(out.tell(), len(body), len(some), sum(first <= one < first + size for one in bad))
            out.write(body)
            first += size

    def _sizes(self, records: int) -> Iterator[int]:
        """Batches of 20 to 65, as a device with patchy network sends them."""
        left = records
        while left >= 2 * SMALLEST:
            size = self._random.randint(SMALLEST, min(LARGEST, left))
            if 0 < left - size < SMALLEST:
                size = left - SMALLEST
            yield size
            left -= size
        if left:
            yield left

    def _records(self, vistarak: Vistarak, records: int) -> tuple[list[dict[str, Any]], set[int]]:
        told: list[dict[str, Any]] = []
        bad: set[int] = set()
        begun = {booth: self._tour() for booth in vistarak.booths}
        for number in range(records):
            self._made += 1
            booth = vistarak.booths[number % len(vistarak.booths)]
            record = self._record(str(booth), begun[booth])
            record_id = UUID(record["id"])
            good = self._made % BAD_EVERY != 0
            self._note(record_id, good)
            if not good:
                record |= _BAD[self._made // BAD_EVERY % len(_BAD)]
                bad.add(number)
            else:
                before = number - len(vistarak.booths)
                if self._made % AGAIN_EVERY == AGAIN_AT and before >= 0 and before not in bad:
                    self._again(record, told[before])
            told.append(record)
        return told, bad

    def _tour(self) -> datetime:
        """When somebody comes to a booth, early enough that all is collected while the drive lasts."""
        return self._drive.begins + timedelta(seconds=self._random.randrange(self._seconds))

    def _again(self, record: dict[str, Any], earlier: dict[str, Any]) -> None:
        same = ("name_hi", "relation_type", "relation_name", "gender", "birth_year", "phone")
        record |= {name: earlier[name] for name in same} | {"name_en": None}
        earlier["name_hi"] = None
        self._haul.twice.append((UUID(earlier["id"]), UUID(record["id"])))

    def _record(self, booth: str, begun: datetime) -> dict[str, Any]:
        draw = self._random
        gender = draw.choice(("female", "male"))
        given, surname = draw.choice(self._given[gender]), draw.choice(SURNAMES)
        at = (begun + timedelta(seconds=draw.randrange(_AT_A_BOOTH_S))).isoformat()
        educated = draw.choice(ANSWERS)
        answers = {"education": educated, "household": draw.randint(1, 12), "smartphone": draw.random() < 0.6}
        if educated == "graduate":
            answers["subject"] = "गणित"
        return {
            "id": str(uuid7()),
            "unit_id": booth,
            "name_hi": f"{given.hi} {surname.hi}",
            "name_en": f"{given.en} {surname.en}",
            "relation_type": "father",
            "relation_name": _father(draw.choice(self._given["male"]), surname),
            "gender": gender,
            "birth_year": draw.randint(1950, 2003),
            "phone": f"+{_FIRST_PHONE + self._made}",
            "captured_at": at,
            "consent": {
                "purpose": "membership",
                "notice_version": "1",
                "language": "hi",
                "how": "written",
                "given_at": at,
            },
            "form_version_id": str(self._drive.form_version_id),
            "answers": answers | {"joined_on": "2019-08-15", "skills": [educated]},
            "evidence": {"latitude": 23.25, "longitude": 77.41, "accuracy_m": 12.5},
        }


def _father(given: Name, surname: Name) -> str:
    return f"{given.hi} {surname.hi}"
