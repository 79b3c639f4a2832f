"""An impostor's case, from a stranger's report to a signed statement, and a worker who clears their name."""

import asyncio
import time
from typing import Any, Final

from sangathan_demo.story.api import Actor, Call, get, post
from sangathan_demo.story.expect import StepFailed, expect
from sangathan_demo.story.step import Stage

_WHAT: Final = "He said that he is our booth president and threatened a shopkeeper."
_TOLD_WITHIN_S: Final = 15.0


class ImpostorCase:
    """A shopkeeper reports somebody; the state looks, decides, and signs what the record says."""

    title_en = "A stranger reports an impostor; people decide, and it is signed"
    title_hi = "एक अजनबी बहरूपिये की सूचना देता है; निर्णय लोग करते हैं, और कथन पर हस्ताक्षर होते हैं"

    async def play(self, stage: Stage) -> None:
        """Reports the impostor, and a worker who is none; decides both."""
        impostor, known = stage.truth.impostor, stage.truth.known_worker
        state = stage.company.actor(stage.truth.level("state").sign_in)
        against = await _reported(stage, state, name=impostor.name_hi, phone=impostor.phone)
        seen = await state.json(get(f"/v1/cases/{against['id']}/matches"))
        expect(seen["phone"] == {"on_record": False, "units": []}, f"nobody has that number, but: {seen['phone']}")
        decided = await _decided(state, against, outcome="impostor")
        statement = await _signed(state, decided, "not-on-record")
        stage.saw(f"the state decides: an impostor; signed: {impostor.name_en} is not on our record on this date")
        mistaken = await _reported(stage, state, name=known.name_hi, phone=known.phone)
        cleared = await _decided(state, mistaken, outcome="one-of-ours", worker_id=known.worker_id)
        await _signed(state, cleared, "on-record")
        stage.saw(f"{known.name_en} is one of ours, and has it signed: the name is cleared")
        bent = statement[:-8] + ("A" * 8 if statement[-8:] != "A" * 8 else "B" * 8)
        told = (await stage.company.api.send(post("/v1/statement-verifications", statement=bent))).json()
        expect(told["genuine"] is False, "a statement that was changed must not be genuine")
        stage.saw("anybody can check a statement, and a changed one is found out")


async def _reported(stage: Stage, state: Actor, **claim: str) -> dict[str, Any]:
    """The case that a stranger's report becomes, which the office-bearer finds after having been told."""
    unit_id = stage.truth.level("state").unit.unit_id
    claimed = {**claim, "office": "बूथ अध्यक्ष"}
    report = post("/v1/case-reports", expects=(201,), unit_id=unit_id, claim=claimed, what=_WHAT)
    answer = (await stage.company.api.send(report)).json()
    expect(answer.keys() == {"reference"}, f"the public learns a number and nothing else, but: {sorted(answer)}")
    listed = await state.json(get("/v1/cases", unit_id=unit_id, status="opened"))
    found = next((one for one in listed["items"] if one["reference"] == answer["reference"]), None)
    if found is None:
        raise StepFailed(f"the report {answer['reference']} must be among the state's cases, but is not")
    took = await _told(state, found["id"])
    stage.saw(f"without an account a report is sent: {answer['reference']}; the state was told after {took:.1f} s")
    return dict(found)


async def _decided(state: Actor, case: dict[str, Any], **decision: Any) -> dict[str, Any]:
    path = f"/v1/cases/{case['id']}"
    looked = await state.json(_under(1, post(f"{path}/steps", step="looked-at", remark="Asked at the booth")))
    reasons = "The booth was asked"
    decided = await state.json(_under(looked["version"], post(f"{path}/decisions", reasons=reasons, **decision)))
    expect(decided["outcome"] == decision["outcome"], f"decided as {decision['outcome']}, but: {decided['outcome']}")
    return dict(decided)


async def _signed(state: Actor, case: dict[str, Any], kind: str) -> str:
    """The statement about a decided case, which the public check must call genuine and standing."""
    kinds = [one["kind"] for one in case["statements"]]
    expect(kinds == [kind], f"the decision must give the statement {kind}, but gives {kinds}")
    path = f"/v1/case-statements/{case['statements'][0]['id']}"
    page = (await state.send(get(path))).text
    expect('lang="hi"' in page and 'lang="en"' in page, "the page to print must be in both languages")
    text = (await state.send(get(path, format="jws"))).text
    told = (await state.api.send(post("/v1/statement-verifications", statement=text))).json()
    expect((told["genuine"], told["standing"]) == (True, "stands"), f"it must be genuine and stand, but: {told}")
    return text


async def _told(state: Actor, case_id: str) -> float:
    began = time.monotonic()
    while time.monotonic() - began < _TOLD_WITHIN_S:
        inbox = await state.json(get("/v1/inbox", limit="50"))
        if any(one["refs"].get("case_id") == case_id for one in inbox["items"]):
            return time.monotonic() - began
        await asyncio.sleep(0.1)
    raise StepFailed("the unit that a case concerns must be told of it, but is not")


def _under(version: int, call: Call) -> Call:
    headers = {**call.headers, "If-Match": f'"{version}"'}
    return Call(call.method, call.path, body=call.body, headers=headers, expects=call.expects)
