"""Picks the people and places of the story out of a tree, so that truth and dataset speak of the same ones."""

from dataclasses import dataclass
from typing import Final

from sangathan_demo.people import FIRST_PHONE, Roll
from sangathan_demo.postings import SPARE_PLACE, Posting, Seat, assignments, is_vacant, posting
from sangathan_demo.tree import STATE_PATH, Tree, Unit
from sangathan_demo.truth import (
    LevelTruth,
    Neighbour,
    SignIn,
    Stranger,
    Truth,
    UnitTruth,
    VistarakTruth,
    WorkerTruth,
    fingerprint_of_sum,
)

_HEAD_OF: Final = {
    "nation": "national-president",
    "state": "state-president",
    "district": "district-president",
    "vidhan-sabha": "vidhan-sabha-president",
    "mandal": "mandal-president",
    "booth": "booth-president",
}
_STORY_DISTRICT: Final = f"{STATE_PATH}d07."
# Nobody there holds an office or shares a phone.
_ORDINARY_PLACE: Final = 9


@dataclass(frozen=True, slots=True)
class Tally:
    """How many workers each unit has, and the sum of their ids, by path."""

    workers: dict[str, int]
    id_sums: dict[str, int]

    def truth_of(self, unit: Unit) -> UnitTruth:
        """The truth of one unit."""
        return UnitTruth(
            unit_id=unit.id,
            level=unit.level,
            path=unit.path,
            name_hi=unit.name.hi,
            name_en=unit.name.en,
            workers=self.workers[unit.path],
            fingerprint=fingerprint_of_sum(self.id_sums[unit.path]),
        )


@dataclass(frozen=True, slots=True)
class Cast:
    """The story's people and places in one tree."""

    tree: Tree
    roll: Roll

    def chain(self) -> list[Unit]:
        """The story's unit on each level, from the nation down."""
        district = self.tree.by_path[_STORY_DISTRICT]
        seat = self.tree.children(district)[0]
        mandal = self.tree.children(seat)[0]
        booth = self.tree.children(mandal)[1]
        return [self.tree.units[0], self.tree.by_path[STATE_PATH], district, seat, mandal, booth]

    def beside(self, unit: Unit) -> Unit | None:
        """The next unit under the same parent, or None for the nation."""
        parent = next((one for one in self.tree.units if one.id == unit.parent_id), None)
        if parent is None:
            return None
        siblings = self.tree.children(parent)
        return siblings[siblings.index(unit) + 1]

    def sign_in_seats(self) -> list[Seat]:
        """The seats of everybody who can sign in with the demo password."""
        chain = self.chain()
        beside = [unit for unit in map(self.beside, chain) if unit is not None]
        held = [self._head(unit) for unit in [*chain, *beside, *self._districts()]]
        held += [self._office("state-it-in-charge", chain[1]), self._office("district-general-secretary", chain[2])]
        held += [self._office("vistarak", chain[4])]
        return list(dict.fromkeys([*(one.seat for one in held), self._spare_seat()]))

    def truth(self, scale: str, tally: Tally) -> Truth:
        """Everything the story compares with."""
        chain = self.chain()
        districts = self._districts()
        return Truth(
            scale=scale,
            workers=len(self.roll),
            levels=tuple(self._level(unit, tally) for unit in chain),
            districts=tuple(tally.truth_of(unit) for unit in districts),
            district_presidents=tuple(self._sign_in(self._head(unit)) for unit in districts),
            state_it_in_charge=self._sign_in(self._office("state-it-in-charge", chain[1])),
            district_general_secretary=self._sign_in(self._office("district-general-secretary", chain[2])),
            vistarak=self._vistarak(chain[4], tally),
            spare=self._person(self._spare_seat()),
            vacant_booth=tally.truth_of(next(booth for booth in self.tree.booths(chain[3]) if is_vacant(booth))),
            known_worker=self._known_worker(chain[5]),
            impostor=Stranger(name_hi="बहरूपिया नमूना", name_en="Bahrupiya Namuna", phone=f"+{FIRST_PHONE + 9_000_000}"),
        )

    def _districts(self) -> list[Unit]:
        return self.tree.children(self.tree.by_path[STATE_PATH])

    def _head(self, unit: Unit) -> Posting:
        return self._office(_HEAD_OF[unit.level], unit)

    def _office(self, office: str, unit: Unit) -> Posting:
        return posting(self.tree, office, unit)

    def _spare_seat(self) -> Seat:
        return Seat(self.chain()[5], SPARE_PLACE)

    def _level(self, unit: Unit, tally: Tally) -> LevelTruth:
        beside = self.beside(unit)
        neighbour = None
        if beside is not None:
            neighbour = Neighbour(
                unit=tally.truth_of(beside),
                sign_in=self._sign_in(self._head(beside)),
                worker_id=self._ordinary_worker_id(beside),
            )
        return LevelTruth(
            level=unit.level,
            unit=tally.truth_of(unit),
            sign_in=self._sign_in(self._head(unit)),
            worker_id=self._ordinary_worker_id(unit),
            neighbour=neighbour,
        )

    def _vistarak(self, mandal: Unit, tally: Tally) -> VistarakTruth:
        mine = self._office("vistarak", mandal)
        booths = [one.booth for one in assignments(self.tree) if one.posting == mine]
        outside = next(booth for booth in self.tree.children(mandal) if booth not in booths)
        return VistarakTruth(
            sign_in=self._sign_in(mine),
            booths=tuple(tally.truth_of(booth) for booth in booths),
            outside=tally.truth_of(outside),
        )

    def _known_worker(self, booth: Unit) -> WorkerTruth:
        worker = self.roll.worker(booth, _ORDINARY_PLACE)
        return WorkerTruth(
            worker_id=worker.id,
            unit_id=booth.id,
            path=booth.path,
            name_hi=worker.name.hi,
            name_en=worker.name.en,
            phone=worker.phone,
        )

    def _ordinary_worker_id(self, unit: Unit) -> str:
        return self.roll.worker(next(self.tree.booths(unit)), _ORDINARY_PLACE).id

    def _person(self, seat: Seat) -> SignIn:
        worker = self.roll.worker(seat.booth, seat.place)
        return SignIn(person_id=seat.person_id, phone=worker.phone, name_hi=worker.name.hi, name_en=worker.name.en)

    def _sign_in(self, held: Posting) -> SignIn:
        person = self._person(held.seat)
        return SignIn(
            person_id=person.person_id,
            phone=person.phone,
            name_hi=person.name_hi,
            name_en=person.name_en,
            appointment_id=held.appointment_id,
            office=held.office,
            unit_id=held.unit.id,
            path=held.unit.path,
        )
