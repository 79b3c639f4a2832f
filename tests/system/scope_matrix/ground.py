"""The places that the probes are about, and who stands where: one office-bearer per level, and a vistarak."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final
from uuid import uuid4

import httpx

from sangathan_demo.truth import SignIn, UnitTruth
from tests.system.demo_system import DemoSystem

HEADS: Final = {
    "state": "state-president",
    "district": "district-president",
    "vidhan-sabha": "vidhan-sabha-president",
    "mandal": "mandal-president",
    "booth": "booth-president",
}
NEXT_LEVEL: Final = {
    "nation": "state",
    "state": "district",
    "district": "vidhan-sabha",
    "vidhan-sabha": "mandal",
    "mandal": "booth",
}
POSITIONS: Final = ("own", "inside", "sibling", "parent", "twin")
"""The office's own unit, the lowest booth beneath, the unit beside, the one above, and one whose code begins alike."""

MISSING: Final = "missing"
NOWHERE: Final = "018f0000-0000-7000-8000-000000000000"
_PATIENCE_S: Final = 30


@dataclass(frozen=True, slots=True)
class Place:
    """A unit that a probe is about; the missing one has no path."""

    unit_id: str
    path: str
    level: str

    @property
    def missing(self) -> bool:
        """Whether there is no such unit."""
        return not self.path


ABSENT: Final = Place(NOWHERE, "", MISSING)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Somebody who acts under an office, and which place is where from there."""

    level: str
    sign_in: SignIn
    token: str
    own: Place
    positions: dict[str, Place]

    def reaches(self, place: Place) -> bool:
        """Whether the place lies in the office's own unit, so that an act there may succeed."""
        return place.path.startswith(self.own.path)


@dataclass(slots=True)
class Ground:
    """The running system with its twins laid out, and whatever has been put at a place so far."""

    demo: DemoSystem
    bearers: list[Bearer] = field(default_factory=list)
    makers: dict[str, str] = field(default_factory=dict)
    made: dict[tuple[str, str], str] = field(default_factory=dict)
    openers: dict[str, str] = field(default_factory=dict)

    def send(self, token: str, method: str, path: str, **more: Any) -> httpx.Response:
        """One request; a replica that lags behind the tree for a moment is asked again."""
        headers = {"Idempotency-Key": str(uuid4()), **more.pop("headers", {})}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.patiently(
            lambda: self.demo.http.request(method, path, headers=headers, **more),
            lambda reply: reply.status_code != 503 and not _is_full(reply),
        )

    def sign_in(self, who: SignIn) -> tuple[str, str]:
        """A new session of this person: its access token and its id."""
        token = self.demo.sign_in(who.phone)
        claims = token.split(".")[1]
        return token, str(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sid"])

    def opener(self, president: SignIn) -> str:
        """A token of a district's president that is good for breaking the glass; the walk's own bearer has one."""
        token = next((one.token for one in self.bearers if one.own.path == president.path), None)
        token = token or self.openers.get(president.path) or self.demo.stepped_up(president.phone)
        self.openers[president.path] = token
        return token

    def create(self, path: str, body: Any, *, maker: str = "in.") -> Any:
        """Makes something as the office-bearer highest up, once every replica knows what it is about."""
        token = self.makers[maker]
        reply = self.patiently(lambda: self.send(token, "POST", path, json=body), lambda reply: reply.is_success)
        assert reply.is_success, f"{path}: {reply.status_code} {reply.text}"
        return reply.json()

    def patiently(self, ask: Callable[[], httpx.Response], good: Callable[[httpx.Response], bool]) -> httpx.Response:
        """Asks until the answer is good, for as long as events may take to arrive; then gives the last one."""
        until = time.monotonic() + _PATIENCE_S
        while not good(reply := ask()) and time.monotonic() < until:
            time.sleep(0.05)
        return reply


def lay_out(demo: DemoSystem) -> Ground:
    """Adds to each level a unit whose code begins with that of the story's unit, and places the office-bearers."""
    ground = Ground(demo)
    truth = demo.truth
    ground.makers["in."] = demo.token("nation", for_s=480)
    ground.makers["in.mp."] = demo.token("state", for_s=480)
    chain = [_place(level.unit) for level in truth.levels]
    beside = [_place(level.neighbour.unit) if level.neighbour else None for level in truth.levels]
    twins = [None, *(_twin(ground, parent, unit) for parent, unit in pairwise(chain))]
    above = [None, *chain]
    for at, level in enumerate(truth.levels):
        inside = chain[-1] if chain[at] != chain[-1] else None
        positions = _around(own=chain[at], inside=inside, sibling=beside[at], parent=above[at], twin=twins[at])
        ground.bearers.append(
            Bearer(level.level, level.sign_in, demo.token(level.level, for_s=480), chain[at], positions)
        )
    _add_vistarak(ground, chain, beside, twins[4])
    _add_makers(ground, twins[1])
    return ground


def _add_vistarak(ground: Ground, chain: list[Place], beside: list[Place | None], twin: Place | None) -> None:
    """Twice: with an assigned booth inside the own mandal, and with one of the same mandal that is not assigned."""
    vistarak = ground.demo.truth.vistarak
    assert chain[5].unit_id in {booth.unit_id for booth in vistarak.booths}
    token = ground.demo.sign_in(vistarak.sign_in.phone)
    positions = _around(own=chain[4], inside=chain[5], sibling=beside[4], parent=chain[3], twin=twin)
    unassigned = {"inside": _place(vistarak.outside)}
    ground.bearers += [
        Bearer("vistarak", vistarak.sign_in, token, chain[4], positions),
        Bearer("vistarak, booth not assigned", vistarak.sign_in, token, chain[4], unassigned),
    ]


def _add_makers(ground: Ground, twin: Place | None) -> None:
    """Plans are brought in by a state's own president: the neighbour's, and a new one for the state's twin."""
    truth = ground.demo.truth
    assert twin is not None
    beside = truth.level("state").beside()
    ground.makers[beside.unit.path] = ground.demo.sign_in(beside.sign_in.phone)
    ground.create(
        "/v1/appointments", {"person_id": truth.spare.person_id, "office": "state-president", "unit_id": twin.unit_id}
    )
    ground.makers[twin.path] = ground.demo.sign_in(truth.spare.phone)


def _around(**places: Place | None) -> dict[str, Place]:
    return {position: place for position, place in places.items() if place is not None}


def _place(unit: UnitTruth) -> Place:
    return Place(unit.unit_id, unit.path, unit.level)


def _twin(ground: Ground, parent: Place, unit: Place) -> Place:
    code = unit.path.removesuffix(".").rpartition(".")[2] + "0"
    body = {"parent_id": parent.unit_id, "level": unit.level, "code": code, "name_hi": "जुड़वाँ", "name_en": "Twin"}
    made = ground.create("/v1/units", body)
    return Place(made["id"], made["path"], unit.level)


def _is_full(reply: httpx.Response) -> bool:
    """Whether an address that others have asked from before has to wait: another test may have used up its bucket."""
    return reply.status_code == 429 and str(reply.json()["type"]).endswith("too-many-requests")
