"""Makes the demo's workers: names from a public list with plainly made-up surnames, numbers from one sequence.

Nobody here is a person. Surnames are Hindi words for "sample" and "example", and phone numbers count up from
+91 60000 00001, so that no record can be taken for a real one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sangathan_demo.ids import digest_of, uuid_of
from sangathan_demo.sources import Name, given_names
from sangathan_demo.tree import Tree, Unit

FIRST_PHONE: Final = 916_000_000_001
SURNAMES: Final = (
    Name("नमूना", "Namuna"),
    Name("उदाहरण", "Udaharan"),
    Name("कल्पित", "Kalpit"),
    Name("कृत्रिम", "Kritrim"),
    Name("प्रतिरूप", "Pratirup"),
    Name("दृष्टांत", "Drishtant"),
    Name("मिसाल", "Misal"),
    Name("परीक्षण", "Parikshan"),
    Name("अभ्यास", "Abhyas"),
    Name("प्रयोग", "Prayog"),
    Name("बानगी", "Banagi"),
    Name("प्रारूप", "Prarup"),
)
# The last of a booth's workers shares a family phone with the one before, in every eighth booth.
_SHARED_PHONE_EVERY: Final = 8
# Of ten workers four have given an address with its PIN code.
_WITH_ADDRESS: Final = 4


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker as registry loads it."""

    id: str
    name: Name
    relation_type: str
    relation_name: str
    gender: str
    birth_year: int
    phone: str
    consent_given_at: str
    address: str
    pin: str


@dataclass(frozen=True, slots=True)
class Roll:
    """Every booth's place in the one sequence of numbers, from which any single worker can be made."""

    tree: Tree
    first_number: dict[str, int]

    @classmethod
    def of(cls, tree: Tree) -> "Roll":
        """The roll of a whole tree, booths by path."""
        each = tree.workers_per_booth
        return cls(tree, {booth.id: index * each for index, booth in enumerate(tree.at("booth"))})

    def __len__(self) -> int:
        return len(self.first_number) * self.tree.workers_per_booth

    def worker(self, booth: Unit, place: int) -> Worker:
        """The worker at `place`, from 0, of a booth."""
        return _worker(booth.path, place, self._phone_number(booth, place))

    def workers(self, booth: Unit) -> Iterator[Worker]:
        """The workers of a booth."""
        return (self.worker(booth, place) for place in range(self.tree.workers_per_booth))

    def _phone_number(self, booth: Unit, place: int) -> int:
        first = self.first_number[booth.id]
        each = self.tree.workers_per_booth
        last = each - 1
        shared = place == last and (first // each) % _SHARED_PHONE_EVERY == 0
        return FIRST_PHONE + first + (last - 1 if shared else place)


def _worker(path: str, place: int, phone: int) -> Worker:
    digest = digest_of(f"worker:{path}{place}")
    # The digest behind the id is as good as dice, and falls alike everywhere and always.
    dice = int.from_bytes(digest, "big")
    names = given_names()
    dice, woman = divmod(dice, 2)
    given = names.feminine if woman else names.masculine
    dice, first = divmod(dice, len(given))
    dice, family = divmod(dice, len(SURNAMES))
    dice, kin = divmod(dice, 10)
    dice, elder = divmod(dice, len(names.masculine))
    dice, age = divmod(dice, 52)
    dice, day = divmod(dice, 336)
    dice, home = divmod(dice, 10)
    dice, house = divmod(dice, 400)
    dice, post = divmod(dice, 90_000)
    surname = SURNAMES[family]
    relation, elders = _relation(kin, woman=bool(woman))
    return Worker(
        id=uuid_of(digest),
        name=Name(hi=f"{given[first].hi} {surname.hi}", en=f"{given[first].en} {surname.en}"),
        relation_type=relation,
        relation_name=f"{elders[elder % len(elders)].hi} {surname.hi}",
        gender="female" if woman else "male",
        birth_year=1951 + age,
        phone=f"+{phone}",
        consent_given_at=f"2021-{day // 28 + 1:02}-{day % 28 + 1:02}T06:30:00Z",
        address=f"मकान {house + 1} {SURNAMES[house % len(SURNAMES)].hi} टोला" if home < _WITH_ADDRESS else "",
        pin=str(410_000 + post) if home < _WITH_ADDRESS else "",
    )


def _relation(kin: int, *, woman: bool) -> tuple[str, tuple[Name, ...]]:
    names = given_names()
    if kin == 0:
        return "mother", names.feminine
    if woman and kin > 4:
        return "husband", names.masculine
    return "father", names.masculine
