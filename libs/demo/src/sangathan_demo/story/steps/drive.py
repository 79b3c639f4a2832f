"""A short drive: a vistarak takes a booth along, works without network, and every record is accounted for."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sangathan_chassis.ids import uuid7
from sangathan_contracts.receipts import text_of
from sangathan_demo.story.api import Actor, get, post
from sangathan_demo.story.captures import captured
from sangathan_demo.story.expect import expect
from sangathan_demo.story.receipts import Keys, expect_receipt, keys_of, signed_claims
from sangathan_demo.story.step import Stage
from sangathan_demo.truth import UnitTruth

_FIRST: Final = 100
_COUNTED: Final = ("collected", "received", "accepted", "rejected", "outstanding")
_ANSWERS: Final[tuple[dict[str, str], ...]] = (
    {"language": "hindi"},
    {"language": "english"},
    {"language": "hindi"},
    {},
)
_FORM: Final = {
    "sections": [
        {
            "label": {"hi": "परिचय", "en": "About the worker"},
            "questions": [
                {
                    "id": "language",
                    "label": {"hi": "किस भाषा में बात करें?", "en": "Which language shall we speak?"},
                    "type": "choice",
                    "choices": [
                        {"id": "hindi", "label": {"hi": "हिन्दी", "en": "Hindi"}},
                        {"id": "english", "label": {"hi": "अंग्रेज़ी", "en": "English"}},
                    ],
                    "primary_at": ["booth"],
                }
            ],
        }
    ]
}


@dataclass(frozen=True, slots=True)
class _Phone:
    """What the vistarak's phone holds once it is out of the network's reach."""

    pack: Mapping[str, Any]
    keys: Keys
    booth: UnitTruth

    def capture(self) -> list[dict[str, Any]]:
        """Four people at the booth, on the pack's form; one was not asked what the form needs."""
        version = self.pack["form"]["id"]
        return [
            captured(self.booth, _FIRST + number, form_version_id=version, answers=answers)
            for number, answers in enumerate(_ANSWERS)
        ]


class Drive:
    """A drive over the vistarak's mandal, one booth of it worked on the way."""

    title_en = "A short drive, worked at a booth without network"
    title_hi = "एक छोटा अभियान: बूथ पर बिना नेटवर्क, हर अभिलेख का हिसाब"

    async def play(self, stage: Stage) -> None:
        """Begins the drive, packs, captures, loses an answer, sends again, reconciles, and withdraws the records."""
        vistarak, mandal = stage.company.actor(stage.truth.vistarak.sign_in), stage.truth.level("mandal")
        state, president = stage.company.actor(stage.truth.level("state").sign_in), stage.company.actor(mandal.sign_in)
        drive_id = await _begun(state, mandal.unit)
        phone = await _packed(stage, vistarak, drive_id)
        records = phone.capture()
        units = (phone.booth, mandal.unit)
        before = [await _progress(president, drive_id, unit) for unit in units]
        try:
            await _bring_home(stage, vistarak, phone, (drive_id, records))
            after = [await _progress(president, drive_id, unit) for unit in units]
        finally:
            for one in records[:3]:
                gone = post(f"/v1/workers/{one['id']}/withdrawals", (200, 404), reason="consent-withdrawn")
                await president.send(gone)
        for unit, was, now in zip(units, before, after, strict=True):
            more = {name: now[name] - was[name] for name in _COUNTED}
            wanted = {"collected": 4, "received": 4, "accepted": 3, "rejected": 1, "outstanding": 0}
            expect(more == wanted, f"{unit.name_en} must have {wanted} more in the drive, but has {more}")
        stage.saw("booth and mandal agree: 4 collected, 4 received, 3 accepted, 1 rejected, none outstanding")


async def _begun(state: Actor, unit: UnitTruth) -> str:
    """A drive of today with its own form."""
    form = await state.json(
        post(
            "/v1/forms",
            unit_id=unit.unit_id,
            title={"hi": "छोटा अभियान", "en": "A short drive"},
            definition=_FORM,
        )
    )
    await state.send(post(f"/v1/forms/{form['id']}/publications"))
    now = datetime.now(UTC)
    made = await state.json(
        post(
            "/v1/drives",
            unit_id=unit.unit_id,
            name={"hi": "छोटा अभियान", "en": "A short drive"},
            form_id=form["form_id"],
            starts_at=(now - timedelta(days=1)).isoformat(),
            ends_at=(now + timedelta(days=9)).isoformat(),
            grace_until=(now + timedelta(days=30)).isoformat(),
            target_per_booth=3,
        )
    )
    return str(made["id"])


async def _packed(stage: Stage, vistarak: Actor, drive_id: str) -> _Phone:
    """Takes the pack of an assigned booth along, checked as the phone does; that of another booth is refused."""
    truth, path = stage.truth.vistarak, f"/v1/drives/{drive_id}/booth-pack"
    booth = truth.booths[0]
    keys = keys_of(await vistarak.json(get("/v1/receipt-keys")))
    pack = await vistarak.json(get(path, unit_id=booth.unit_id))
    bare = json.dumps(pack | {"hash": "", "seal": ""}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    digest = text_of(hashlib.sha256(bare.encode()).digest())
    sealed = signed_claims(pack["seal"], keys)
    wanted = {"drive_id": drive_id, "unit_id": booth.unit_id, "hash": digest}
    expect(sealed == wanted, f"a booth pack must be sealed as {wanted}, but is as {sealed}")
    await vistarak.send(get(path, expects=(404,), unit_id=truth.outside.unit_id))
    people = len(pack["workers"])
    stage.saw(f"the pack of {booth.name_en} / {booth.name_hi}: form, {people} on record, seal verified; next booth 404")
    return _Phone(pack, keys, booth)


async def _bring_home(stage: Stage, vistarak: Actor, phone: _Phone, work: tuple[str, list[dict[str, Any]]]) -> None:
    """Sends what was captured; the first answer is lost on the way, so the phone sends all of it again."""
    drive_id, records = work
    batch: dict[str, Any] = {
        "drive_id": drive_id,
        "device_id": str(uuid7()),
        "collected": {phone.booth.unit_id: len(records)},
        "records": records,
    }
    await vistarak.send(post("/v1/sync-batches", **batch))
    answer = await vistarak.json(post("/v1/sync-batches", **batch))
    outcomes = [one["outcome"] for one in answer["results"]]
    expect(outcomes == ["already-there"] * 3 + ["rejected"], f"sent again, nothing must change, but: {outcomes}")
    where = answer["results"][3]["errors"][0]["pointer"]
    sent = [json.dumps(one, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() for one in records]
    expect_receipt(answer, sent, phone.keys)
    stage.saw(f"4 records without network; the answer is lost, all sent again: 3 are there once, 1 lacks {where}")
    stage.saw("the signed receipt is verified on the phone, record by record")


async def _progress(actor: Actor, drive_id: str, unit: UnitTruth) -> dict[str, int]:
    told = await actor.json(get(f"/v1/drives/{drive_id}/progress", unit_id=unit.unit_id))
    numbers: dict[str, int] = told["unit"]
    return numbers
