"""The traffic under which parts are killed: writers that sync batches, and what makes events cross services."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from sangathan_chassis.ids import uuid7
from sangathan_demo.sources import workshop_rows
from sangathan_demo.truth import Truth
from tests.faults.devices import Device
from tests.faults.drive_load import GOOD, DriveLoad, is_bad
from tests.faults.ledger import Ledger

_RECORDS = 25
_WRITERS = ("state", "district", "mandal", "booth")
_PHONES = itertools.count(916_009_500_001)


@dataclass(slots=True)
class Load:
    """Runs until told to stop, then finishes what it has begun; ``rested_s`` lies between two acts of a person."""

    http: httpx.AsyncClient
    truth: Truth
    password: str
    rested_s: float = 0.1
    ledger: Ledger = field(default_factory=Ledger)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def device(self, level: str) -> Device:
        """The office-bearer of a level on a device of their own."""
        return Device(self.http, self.ledger, self.truth.level(level).sign_in.phone, self.password)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Under load for as long as the block lasts, and until everything that was begun is answered."""
        booths = await self._booths()
        acts = [self.sync(self.device(level), booths[level]) for level in _WRITERS]
        acts.append(self.tour(await DriveLoad.begun(self.device("state"), self.truth)))
        acts += [self.appoint(), self.move(booths["state"]), self.invite(), self.speak()]
        async with asyncio.TaskGroup() as group:
            for act in acts:
                group.create_task(act)
            try:
                yield
            finally:
                self.stopped.set()

    async def sync(self, device: Device, booths: list[dict[str, Any]]) -> None:
        """A device that brings home batch after batch, over several booths each, and now and then one again."""
        turn = itertools.cycle(booths)
        while not self.stopped.is_set():
            records = [_record(next(turn)["id"]) for _ in range(_RECORDS)]
            body = {"batch_id": str(uuid7()), "device_id": str(uuid7()), "records": records}
            self.ledger.sent |= {UUID(one["id"]) for one in records}
            for _ in range(2):
                reply = await device.ask("POST", "/v1/sync-batches", json=body)
                self._note(reply)
                await self._rest()

    async def tour(self, drive: DriveLoad) -> None:
        """The drive's vistarak brings home batch after batch, each twice; the form refuses some records."""
        device = Device(self.http, self.ledger, self.truth.vistarak.sign_in.phone, self.password)
        while not self.stopped.is_set():
            body = drive.batch(self.ledger)
            bad = {UUID(one["id"]) for one in body["records"] if is_bad(one)}
            for _ in range(2):
                self._note(await device.ask("POST", "/v1/sync-batches", json=body), bad)
                await self._rest()
            mine = {UUID(one["id"]) for one in body["records"]}
            self.ledger.captured |= mine & self.ledger.acknowledged

    def _note(self, reply: httpx.Response, bad: Set[UUID] = frozenset()) -> None:
        if reply.status_code != 200:
            self.ledger.refused.append(f"a batch: {reply.status_code} {reply.text[:300]}")
            return
        for result in reply.json()["results"]:
            if result["outcome"] in GOOD:
                self.ledger.acknowledged.add(UUID(result["id"]))
            elif UUID(result["id"]) in bad and result["outcome"] == "rejected":
                self.ledger.held.add(UUID(result["id"]))
            else:
                self.ledger.refused.append(f"a record: {result['outcome']} {result['reason']}")

    async def appoint(self) -> None:
        """Somebody new takes office at a booth; every other such office ends again."""
        state, booth = self.device("state"), self.truth.vacant_booth.unit_id
        while not self.stopped.is_set():
            person = {"name_hi": "दायित्व नमूना", "name_en": "Dayitva Namuna", "phone": f"+{next(_PHONES)}"}
            ends = (datetime.now(UTC) + timedelta(days=90)).isoformat()
            terms = {"office": "booth-president", "unit_id": booth, "valid_to": ends}
            made = await state.post("/v1/appointments", person=person, **terms)
            if made:
                self.ledger.made.add(UUID(made["id"]))
            await self._rest()
            if made and len(self.ledger.made) % 2:
                await state.post(f"/v1/appointments/{made['id']}/endings")
                self.ledger.ended.add(UUID(made["id"]))
            await self._rest()

    async def move(self, booths: list[dict[str, Any]]) -> None:
        """A booth goes from its mandal to another one and back, with the state's writer writing into it."""
        state, booth = self.device("state"), booths[0]
        other = next(one["parent_id"] for one in booths if one["parent_id"] != booth["parent_id"])
        parents = itertools.cycle((other, booth["parent_id"]))
        while not self.stopped.is_set():
            parent = next(parents)
            # A code of its own, which is free wherever it goes.
            if await state.post(f"/v1/units/{booth['id']}/moves", parent_id=parent, code="moving"):
                self.ledger.moved[UUID(booth["id"])] = UUID(parent)
            await self._rest(8)

    async def invite(self) -> None:
        """Plans and their invitations, each of which is to reach an inbox."""
        state = self.device("state")
        for number in itertools.count(1):
            plan = await state.post("/v1/workshop-plans", **_plan(self.truth, number))
            found = await state.get("/v1/workshops", plan_id=plan["id"]) if plan else {"items": []}
            for workshop in found["items"]:
                if self.stopped.is_set():
                    return
                await state.post(f"/v1/workshops/{workshop['id']}/invitations", office="district-president")
                await self._rest()

    async def speak(self) -> None:
        """Broadcasts to the state, one after another."""
        state, unit = self.device("state"), self.truth.level("state").unit.unit_id
        while not self.stopped.is_set():
            words = {"title_hi": "नमूना", "title_en": "Sample", "body_hi": "एक नमूना", "body_en": "A sample"}
            sent = await state.post("/v1/broadcasts", unit_id=unit, **words)
            if sent:
                self.ledger.broadcasts[UUID(sent["id"])] = sent["seq"]
            await self._rest()

    async def _rest(self, times: float = 1) -> None:
        await asyncio.sleep(self.rested_s * times)

    async def _booths(self) -> dict[str, list[dict[str, Any]]]:
        """The booths that each writer writes into; the state's are spread over two districts, and one of them moves."""
        neighbour = self.truth.level("district").beside().sign_in
        far = await _booths_of(Device(self.http, self.ledger, neighbour.phone, self.password))
        found = {level: await _booths_of(self.device(level)) for level in _WRITERS[1:]}
        return {**found, "state": [*far, *found["district"]]}


async def _booths_of(device: Device) -> list[dict[str, Any]]:
    return list((await device.get("/v1/units", level="booth", limit="20"))["items"])


def _record(booth: str) -> dict[str, Any]:
    captured = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    consent = {"purpose": "membership", "notice_version": "1", "language": "hi", "how": "written"}
    return {
        "id": str(uuid7()),
        "unit_id": booth,
        "name_hi": "अभिलेख नमूना",
        "name_en": "Abhilekh Namuna",
        "relation_type": "father",
        "relation_name": "पूर्वज नमूना",
        "gender": "female",
        "birth_year": 1980,
        "phone": f"+{next(_PHONES)}",
        "captured_at": captured,
        "consent": {**consent, "given_at": captured},
    }


def _plan(truth: Truth, number: int) -> dict[str, Any]:
    pairs = zip(workshop_rows(), truth.districts, strict=True)
    return {
        "name_hi": f"कार्यशालाएँ {number}",
        "name_en": f"Workshops {number}",
        "unit_id": truth.level("state").unit.unit_id,
        "level": "district",
        "rows": [
            {"date": row.date, "venue_hi": row.venue.hi, "venue_en": row.venue.en, "unit_id": district.unit_id}
            for row, district in pairs
        ],
    }
