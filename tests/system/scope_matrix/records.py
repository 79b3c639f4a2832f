"""Something of every kind at a place, made once by whoever stands highest, or anew where a probe uses it up."""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx

from sangathan_chassis.ids import uuid7
from sangathan_demo.people import FIRST_PHONE
from tests.system.scope_matrix.ground import HEADS, NEXT_LEVEL, NOWHERE, Bearer, Ground, Place

NAMES: Final = {"name_hi": "नमूना", "name_en": "Namuna"}
LABEL: Final = {"hi": "अभियान", "en": "Drive"}
DATES: Final = {
    "starts_at": "2022-01-20T00:00:00+05:30",
    "ends_at": "2022-01-31T00:00:00+05:30",
    "grace_until": "2032-01-31T00:00:00+05:30",
}
CAPTURED: Final = "2022-01-25T09:00:00+05:30"
WORKER: Final[dict[str, Any]] = {
    **NAMES,
    "birth_year": 1985,
    "gender": "female",
    "consent": {
        "purpose": "membership",
        "notice_version": "1",
        "language": "hi",
        "how": "written",
        "given_at": CAPTURED,
    },
}
QUESTION: Final = {"id": "subject", "label": LABEL, "type": "text"}
DEFINITION: Final = {"sections": [{"label": LABEL, "questions": [QUESTION]}]}


# Beyond those of the demo's own people.
_phones = itertools.count(FIRST_PHONE + 5_000_000)


class CannotBeError(Exception):
    """Nothing of this kind can stand at this place; the cell stays empty."""


@dataclass(frozen=True, slots=True)
class Records:
    """What stands at the places of a ground. For the missing place every id is one that nothing has."""

    ground: Ground

    def worker(self, place: Place, *, fresh: bool = False) -> str:
        """A worker posted at the unit."""
        return self._made("worker", place, lambda: self._enrol_worker(place), fresh=fresh)

    def worker_to_erase(self, place: Place, *, fresh: bool = False) -> str:
        """One by whom nothing else is asked."""
        return self._made("worker to erase", place, lambda: self._enrol_worker(place), fresh=fresh)

    def worker_to_transfer(self, place: Place, *, fresh: bool = False) -> str:
        """One who may go elsewhere."""
        return self._made("worker to transfer", place, lambda: self._enrol_worker(place), fresh=fresh)

    def transfer(self, place: Place, *, fresh: bool = False) -> str:
        """A transfer of a worker of the unit to another state, which has not answered."""
        return self._made("transfer", place, lambda: self._transfer(place), fresh=fresh)

    def particulars(self, place: Place) -> dict[str, Any]:
        """A worker of the unit by a name that nobody else has, so that the registry pairs them with nobody."""
        name = "".join(random.choices("bdgjklmprstv", k=10))
        return {**WORKER, "name_en": f"Namuna {name}", "name_hi": None, "unit_id": place.unit_id}

    def record(self, place: Place, **changes: Any) -> dict[str, Any]:
        """One record of a batch, captured at the unit."""
        return {**self.particulars(place), "id": str(uuid7()), "captured_at": CAPTURED, **changes}

    def appointment(self, place: Place, *, fresh: bool = False) -> str:
        """An appointment to the highest office at the unit, of somebody new."""
        return self._made("appointment", place, lambda: self._appoint(place, HEADS.get(place.level))[0], fresh=fresh)

    def enrolment(self, place: Place, *, fresh: bool = False) -> str:
        """A code that enrols a phone of somebody new, who holds the highest office at the unit."""
        return self._made("enrolment", place, lambda: self._enrol(place), fresh=fresh)

    def person(self, place: Place, *, fresh: bool = False) -> str:
        """Somebody new who holds the highest office at the unit, and no other."""
        return self._made("person", place, lambda: self._appoint(place, HEADS.get(place.level))[1], fresh=fresh)

    def vistarak(self, place: Place) -> str:
        """Somebody new who is vistarak at the mandal."""
        return self._made("vistarak", place, lambda: self._appoint(place, "vistarak")[1])

    def new_person(self) -> dict[str, str]:
        """Somebody with a number that nobody has."""
        return {**NAMES, "phone": f"+{next(_phones)}"}

    def unit(self, place: Place, *, fresh: bool) -> str:
        """A unit to use up, right beneath the place, or beside it when it is a booth."""
        return self._made("unit", place, lambda: self._raise(place), fresh=fresh)

    def another_unit(self, place: Place, *, fresh: bool = False) -> str:
        """A second one of the same level, to merge with the first."""
        return self._made("another unit", place, lambda: self._raise(place), fresh=fresh)

    def form(self, place: Place, *, fresh: bool = False, published: bool = False) -> str:
        """A version of a form set up at the unit."""
        return self._made(f"form {published}", place, lambda: self._form(place, published=published), fresh=fresh)

    def drive(self, place: Place) -> str:
        """A drive over the unit's booths."""
        body = {"unit_id": place.unit_id, "name": LABEL, **DATES, "target_per_booth": 12}
        return self._made("drive", place, lambda: str(self.ground.create("/v1/drives", body)["id"]))

    def held(self, place: Place, *, fresh: bool) -> str:
        """A record that was sent for the unit and not accepted."""
        return self._made("held", place, lambda: self._held(place), fresh=fresh)

    def flag(self, place: Place, *, fresh: bool) -> str:
        """A record of a drive at the unit that was captured without a place, inside a fence."""
        return self._made("flag", place, lambda: self._flag(place), fresh=fresh)

    def pair(self, place: Place, *, fresh: bool = False) -> str:
        """Two records at the unit that may tell of one person, as the registry has found by itself."""
        return self._made("pair", place, lambda: self._pair(place), fresh=fresh)

    def opening(self, place: Place, *, fresh: bool = False) -> str:
        """A record far away, opened by the first district's president within the place: the district or its state."""
        return self._made("opening", place, lambda: self._open(place), fresh=fresh)

    def card(self, place: Place, *, fresh: bool = False) -> str:
        """A card of a worker of the unit."""
        return self._made("card", place, lambda: self._card(place), fresh=fresh)

    def erasure(self, place: Place, *, fresh: bool = False) -> str:
        """A worker's erasure that can be taken back yet."""
        return self._made("erasure", place, lambda: self._erase(place), fresh=fresh)

    def grievance(self, place: Place, *, fresh: bool = False) -> str:
        """A grievance that somebody whose record stands at the unit has filed; nobody there signs in but its head."""
        return self._made("grievance", place, lambda: self._grievance(place), fresh=fresh)

    def case(self, place: Place, *, fresh: bool = False) -> str:
        """A case at the unit that nobody has looked at."""
        claim = {"phone": self.new_person()["phone"]}
        body = {"unit_id": place.unit_id, "claim": claim, "what": "He threatened a shopkeeper."}
        return self._made("case", place, lambda: str(self.ground.create("/v1/cases", body)["id"]), fresh=fresh)

    def case_looked_at(self, place: Place, *, fresh: bool = False) -> str:
        """A case at the unit that can be decided."""
        return self._made("looked-at", place, lambda: self._looked_at(place), fresh=fresh)

    def evidence(self, place: Place) -> tuple[str, str]:
        """A case at the unit with a file, by both ids."""
        case = self.case(place)
        return case, self._made("evidence", place, lambda: self._evidence(case))

    def statement(self, place: Place) -> str:
        """What was signed about a case at the unit."""
        return self._made("statement", place, lambda: self._stated(place))

    def client(self, place: Place, *, fresh: bool = False) -> str:
        """An application registered by whoever is highest at the unit; below the states nobody registers one."""
        return self._made("client", place, lambda: self._client(place), fresh=fresh)

    def system(self, place: Place, *, fresh: bool = False) -> str:
        """Another system registered by whoever is highest at the unit; below the states nobody registers one."""
        return self._made("system", place, lambda: self._system(place), fresh=fresh)

    def system_above(self, place: Place, *, fresh: bool) -> str:
        """One that belongs to the unit itself where that can be, else to the state above it."""
        above = max((path for path in self.ground.makers if place.path.startswith(path)), key=len)
        return self.system(Place(place.unit_id, above, place.level), fresh=fresh)

    def grant(self, place: Place, *, fresh: bool = False) -> str:
        """What the nation's president has granted a new system of the nation's at the unit."""
        return self._made("grant", place, lambda: self._grant(place), fresh=fresh)

    def granting(self, system: str, unit_id: str) -> dict[str, Any]:
        """A grant to be."""
        until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
        return {"client_id": system, "unit_id": unit_id, "actions": ["worker.count"], "valid_to": until}

    def plan(self, place: Place) -> str:
        """A plan that calls the unit itself, brought in by its state's president."""
        return self._made("plan", place, lambda: self._plan(place))

    def workshop(self, place: Place) -> str:
        """The plan's one workshop."""
        plan = self.plan(place)
        return self._made("workshop", place, lambda: self._first("/v1/workshops", plan_id=plan))

    def invitation(self, place: Place, office: str = "") -> str:
        """An invitation of whoever holds the office at the unit; by default its highest."""
        office = office or HEADS.get(place.level, "")
        return self._made(f"invitation {office}", place, lambda: self._invite(place, office))

    def broadcast(self, place: Place) -> str:
        """Something said to the unit."""
        return self._made(
            "broadcast", place, lambda: str(self.ground.create("/v1/broadcasts", self.words(place))["id"])
        )

    def words(self, place: Place) -> dict[str, str]:
        """A broadcast to the unit."""
        return {"unit_id": place.unit_id, "title_hi": "क", "title_en": "K", "body_hi": "ख", "body_en": "Kh"}

    def rows(self, place: Place) -> dict[str, Any]:
        """A plan over the unit itself."""
        row = {"date": "2022-01-05", "venue_hi": "क", "venue_en": "K", "unit_id": place.unit_id}
        return {"unit_id": place.unit_id, "level": place.level, **NAMES, "rows": [row]}

    def _made(self, kind: str, place: Place, make: Callable[[], str], *, fresh: bool = False) -> str:
        if place.missing:
            return NOWHERE
        made = self.ground.made
        if fresh or (kind, place.path) not in made:
            made[kind, place.path] = make()
        return made[kind, place.path]

    def _appoint(self, place: Place, office: str | None) -> tuple[str, str]:
        if office is None:
            raise CannotBeError
        body = {"person": self.new_person(), "office": office, "unit_id": place.unit_id}
        made = self.ground.create("/v1/appointments", body)
        return str(made["id"]), str(made["person_id"])

    def _enrol(self, place: Place) -> str:
        appointment = self._appoint(place, HEADS.get(place.level))[0]
        return str(self.ground.create("/v1/device-enrolments", {"appointment_id": appointment})["id"])

    def _raise(self, place: Place) -> str:
        nation = self.ground.makers["in."]
        parent, level = place.unit_id, NEXT_LEVEL.get(place.level)
        if level is None:
            parent, level = self.ground.send(nation, "GET", f"/v1/units/{parent}").json()["parent_id"], place.level
        code = f"x{uuid4().hex[:12]}"
        made = self.ground.create("/v1/units", {"parent_id": parent, "level": level, "code": code, **NAMES})
        path = f"/v1/units/{made['id']}"
        # The gateway, which finds the unit for this operation, hears of it by an event.
        self.ground.patiently(
            lambda: self.ground.send(nation, "PATCH", path, json={}), lambda reply: reply.status_code != 404
        )
        return str(made["id"])

    def _form(self, place: Place, *, published: bool) -> str:
        body = {"unit_id": place.unit_id, "title": LABEL, "definition": DEFINITION}
        form = str(self.ground.create("/v1/forms", body)["id"])
        if published:
            self.ground.create(f"/v1/forms/{form}/publications", {})
        return form

    def _held(self, place: Place) -> str:
        self.ground.create("/v1/sync-batches", {"records": [self.record(place, gender="x")]})
        return self._first("/v1/held-records", unit_id=place.unit_id)

    def _flag(self, place: Place) -> str:
        sheet = f"unit,latitude,longitude,radius_m\n{place.path},23.0,79.0,400\n"
        self.ground.create("/v1/fence-imports", {"csv": sheet})
        drive, record = self.drive(place), self.record(place)
        self.ground.create("/v1/sync-batches", {"drive_id": drive, "records": [record]})
        ids = {"unit_id": place.unit_id, "limit": "200"}
        found = self.ground.send(self.ground.makers["in."], "GET", f"/v1/drives/{drive}/flags", params=ids)
        return next(str(one["id"]) for one in found.json()["items"] if one["record_id"] == record["id"])

    def _pair(self, place: Place) -> str:
        body = {**self.particulars(place), "phone": self.new_person()["phone"]}
        both = {str(self.ground.create("/v1/workers", body)["id"]) for _ in range(2)}
        query = {"unit_id": place.unit_id, "limit": "200"}
        found: list[str] = []

        def is_found(reply: httpx.Response) -> bool:
            pairs = reply.json()["items"] if reply.is_success else []
            found.extend(one["id"] for one in pairs if {one["one"]["id"], one["other"]["id"]} == both)
            return bool(found)

        nation = self.ground.makers["in."]
        self.ground.patiently(lambda: self.ground.send(nation, "GET", "/v1/duplicates", params=query), is_found)
        return found[0]

    def _open(self, place: Place) -> str:
        truth = self.ground.demo.truth
        opener = next((one for one in truth.district_presidents if one.path.startswith(place.path)), None)
        if opener is None or place.level == "nation":
            raise CannotBeError
        last = truth.districts[-1]
        worker = self.worker(Place(last.unit_id, last.path, last.level))
        body = {"worker_id": worker, "reason": "a test of the matrix"}
        reply = self.ground.send(self.ground.opener(opener), "POST", "/v1/break-glass-openings", json=body)
        assert reply.is_success, reply.text
        return str(reply.json()["id"])

    def _card(self, place: Place) -> str:
        worker = str(self.ground.create("/v1/workers", self.particulars(place))["id"])
        return str(self.ground.create(f"/v1/workers/{worker}/cards", {"why": "a test of the matrix"})["id"])

    def _erase(self, place: Place) -> str:
        return str(self.ground.create(f"/v1/workers/{self._enrol_worker(place)}/erasures", {})["id"])

    def _enrol_worker(self, place: Place) -> str:
        return str(self.ground.create("/v1/workers", self.particulars(place))["id"])

    def _transfer(self, place: Place) -> str:
        maker = next((path for path in self.ground.makers if path != "in." and place.path.startswith(path)), None)
        if maker is None:
            raise CannotBeError
        # Never to the walk's own state, which would see it as the receiving side.
        around = next(one for one in self.ground.bearers if one.level == "state").positions
        to = around["twin" if maker == around["sibling"].path else "sibling"]
        body = {"to_unit_id": to.unit_id, "cause": "moved-home"}
        made = self.ground.create(f"/v1/workers/{self._enrol_worker(place)}/transfers", body, maker=maker)
        return str(made["id"])

    def _grievance(self, place: Place) -> str:
        body = {"kind": "other", "told": "a test of the matrix"}
        reference = self.ground.create(f"/v1/workers/{self._enrol_worker(place)}/grievances", body)["reference"]
        nation, query = self.ground.makers["in."], {"unit_id": place.unit_id, "status": "open", "limit": "200"}
        cursor: dict[str, str] = {}
        while True:
            page = self.ground.send(nation, "GET", "/v1/grievances", params={**query, **cursor}).json()
            found = [one["id"] for one in page["items"] if one["reference"] == reference]
            if found:
                return str(found[0])
            cursor = {"cursor": page["next"]}

    def _looked_at(self, place: Place) -> str:
        case = self.case(place, fresh=True)
        self._in_case(case, "steps", {"step": "looked-at"}, 1)
        return case

    def _stated(self, place: Place) -> str:
        body = {"outcome": "impostor", "reasons": "Nobody knows him"}
        decided = self._in_case(self._looked_at(place), "decisions", body, 2)
        return str(decided["statements"][0]["id"])

    def _evidence(self, case: str) -> str:
        nation, headers = self.ground.makers["in."], {"Content-Type": "application/pdf"}
        content = f"%PDF-{uuid4()}".encode()
        reply = self.ground.send(nation, "POST", f"/v1/cases/{case}/evidence", content=content, headers=headers)
        assert reply.is_success, reply.text
        return str(reply.json()["evidence"][-1]["id"])

    def _in_case(self, case: str, what: str, body: dict[str, Any], version: int) -> dict[str, Any]:
        nation, path = self.ground.makers["in."], f"/v1/cases/{case}/{what}"
        reply = self.ground.send(nation, "POST", path, json=body, headers={"If-Match": f'"{version}"'})
        assert reply.is_success, f"{path}: {reply.text}"
        return dict(reply.json())

    def _client(self, place: Place) -> str:
        if place.path not in self.ground.makers:
            raise CannotBeError
        body = {"kind": "confidential", **NAMES, "redirect_uris": ["https://application.example/back"]}
        return str(self.ground.create("/v1/clients", body, maker=place.path)["id"])

    def _system(self, place: Place) -> str:
        if place.path not in self.ground.makers:
            raise CannotBeError
        return str(self.ground.create("/v1/clients", {"kind": "service", **NAMES}, maker=place.path)["id"])

    def _grant(self, place: Place) -> str:
        system = str(self.ground.create("/v1/clients", {"kind": "service", **NAMES})["id"])
        return str(self.ground.create("/v1/client-grants", self.granting(system, place.unit_id))["id"])

    def _plan(self, place: Place) -> str:
        maker = next((path for path in self.ground.makers if path != "in." and place.path.startswith(path)), None)
        if maker is None:
            raise CannotBeError
        return str(self.ground.create("/v1/workshop-plans", self.rows(place), maker=maker)["id"])

    def _invite(self, place: Place, office: str) -> str:
        workshop = self.workshop(place)
        nation, path = self.ground.makers["in."], f"/v1/workshops/{workshop}/invitations"
        self.appointment(place)
        self.ground.patiently(
            lambda: self.ground.send(nation, "POST", path, json={"office": office}),
            lambda reply: reply.is_success and reply.json()["holders"] > 0,
        )
        return self._first(path)

    def _first(self, path: str, **query: str) -> str:
        nation = self.ground.makers["in."]
        reply = self.ground.send(nation, "GET", path, params=query)
        assert reply.is_success, f"{path}: {reply.text}"
        return str(reply.json()["items"][0]["id"])


def own_first(ground: Ground, bearer: Bearer, path: str) -> str:
    """The first of what is somebody's own, once it has arrived; raises CannotBeError when nothing does."""
    reply = ground.patiently(
        lambda: ground.send(bearer.token, "GET", path), lambda reply: bool(reply.is_success and reply.json()["items"])
    )
    if not reply.json()["items"]:
        raise CannotBeError
    return str(reply.json()["items"][0]["id"])
