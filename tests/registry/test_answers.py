"""What a worker answered in a drive: seen by class, corrected with a history, and gone with the record."""

from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from httpx import Response

from sangathan_registry.commands.purge_erased import purge_some
from sangathan_registry.domain.answers import AnswerRevision, told
from sangathan_registry.domain.forms import class_of, examine_definition
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import transfers, world
from tests.registry.test_access_files import file_of
from tests.registry.test_drives import BLOOD, EDUCATION, SUBJECT, a_form, begun, published
from tests.registry.test_erasures import MONTH, erase, erasures, undo
from tests.registry.test_history import history
from tests.registry.world import BOOTH, FAR_BOOTH, MANDAL, NEXT_BOOTH, STATE, TWIN

VILLAGE: Final = {
    "id": "village",
    "label": {"hi": "गाँव", "en": "Village"},
    "type": "text",
    "field_class": "open",
}
PURPOSES: Final = {"purposes": [{"topic": "health", "purpose": "Blood donors for emergencies"}]}
SAID: Final = {"education": "graduate", "subject": "गणित", "village": "टोला", "donor": "O+"}


async def read(service: Harness, worker_id: str, person: Person | None = None, **params: Any) -> Response:
    path, who = f"/v1/workers/{worker_id}/answers", person or world.at(BOOTH)
    return await service.ask("GET", path, action="worker.read", person=who, params=params)


async def correct(  # noqa: PLR0917 - what a request is made of.
    service: Harness, worker_id: str, answers: dict[str, Any], person: Person | None = None, match: str | None = "*"
) -> Response:
    path, who = f"/v1/workers/{worker_id}/answers", person or world.at(BOOTH)
    headers = {"if-match": match} if match else {}
    body = {"answers": answers}
    return await service.ask("PATCH", path, action="worker.change", person=who, json=body, headers=headers)


async def captured(service: Harness, booth: str = BOOTH, by: Person | None = None, **changes: Any) -> str:
    """A record that came in a drive with answers to four questions."""
    body = a_form(EDUCATION, SUBJECT, VILLAGE, BLOOD, definition=PURPOSES)
    form = await published(service, body)
    drive_id = await begun(service, form_id=form["form_id"])
    record = world.a_record(booth, form_version_id=form["id"], answers=SAID, **changes)
    answer = await world.synced(service, by or world.at(MANDAL), [record], drive_id=drive_id)
    assert answer.json()["results"][0]["outcome"] == "accepted", answer.text
    return str(record["id"])


def shown(answer: Response, n: int = 0) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return {one["question"]: one["answer"] for one in answer.json()["items"][n]["answers"] if one["shown"]}


def test_caste_religion_and_health_are_sensitive_whatever_the_form_says() -> None:
    assert [class_of(one) for one in (EDUCATION, VILLAGE, BLOOD)] == ["contact", "open", "sensitive"]
    sections = [{"label": BLOOD["label"], "questions": [{**BLOOD, "field_class": "open"}]}]
    assert [one.pointer for one in examine_definition({"sections": sections})] == [
        "/definition/sections/0/questions/0/field_class"
    ]


def test_corrections_are_read_backwards_from_what_stands_there_now() -> None:
    earlier = [
        AnswerRevision(UUID(int=1), world.NOW, None, "", {"a": 2, "b": None}),
        AnswerRevision(UUID(int=1), world.NOW, None, "", {"a": 1, "c": 9}),
    ]
    seen = [[(one.question, one.before, one.after) for one in changes] for _, changes in told({"a": 3}, earlier, "ab")]
    assert seen == [[("a", 2, 3), ("b", None, None)], [("a", 1, 2)]]


async def test_an_office_sees_answers_in_words_of_both_languages_and_is_on_the_trail(registry: Harness) -> None:
    worker = await captured(registry)
    answer = await read(registry, worker)
    assert shown(answer) == SAID
    [one] = answer.json()["items"]
    assert (one["source"], one["level"], one["form_version"], one["drive_hi"]) == ("device", "booth", 1, "बूथ विस्तार")
    first = one["answers"][0]
    assert (first["label_hi"], first["words_hi"], first["words_en"], first["primary"]) == (
        *("शिक्षा", "स्नातक", "Graduate"),
        True,
    )
    noted = "SELECT fields FROM audit_entries WHERE action = 'worker.read' ORDER BY id DESC LIMIT 1"
    assert await world.value(registry, noted) == ["answers", "contact", "open", "sensitive"]


async def test_each_answer_is_shown_by_its_class_and_the_secondary_ones_may_be_left_out(registry: Harness) -> None:
    worker = await captured(registry)
    assert set(shown(await read(registry, worker, world.at(BOOTH, field_classes=("open",))))) == {"village"}
    assert set(shown(await read(registry, worker, world.at(BOOTH, field_classes=("open", "contact"))))) == {
        *("education", "subject", "village"),
    }
    hidden = (await read(registry, worker, world.at(BOOTH, field_classes=("open",)))).json()["items"][0]["answers"]
    assert [(one["answer"], one["words_en"]) for one in hidden if not one["shown"]] == [(None, None)] * 3
    assert set(shown(await read(registry, worker, only_primary="true"))) == {"education", "subject"}


@pytest.mark.parametrize("path", [NEXT_BOOTH, TWIN])
async def test_outside_the_scope_there_are_no_answers(registry: Harness, path: str) -> None:
    worker = await captured(registry)
    for answer in (
        await read(registry, worker, world.at(path)),
        await correct(registry, worker, {"village": "x"}, world.at(path)),
    ):
        assert answer.status_code == 404


async def test_a_correction_says_who_made_it_when_and_what_stood_there(registry: Harness) -> None:
    worker = await captured(registry)
    president = world.at(BOOTH)
    assert (await correct(registry, worker, {"village": "x"}, match=None)).status_code == 428
    assert (await correct(registry, worker, {"village": "x"}, match='"9"')).status_code == 412
    tag = (await read(registry, worker)).headers["etag"]
    done = await correct(registry, worker, {"education": "school", "subject": None}, president, tag)
    assert shown(done) == {**SAID, "education": "school", "subject": None}
    [change] = done.json()["items"][0]["changes"]
    assert (change["person_id"], change["office"], change["source"]) == (
        *(str(president.person_id), "booth-president"),
        "office",
    )
    assert {one["question"]: (one["before"], one["after"]) for one in change["changes"]} == {
        "education": ("graduate", "school"),
        "subject": ("गणित", None),
    }
    assert [one["act"] for one in await history(registry, president, worker)] == ["answers-changed"]
    again = await correct(registry, worker, {"education": "school"})
    assert (again.json()["version"], len(again.json()["items"][0]["changes"])) == (2, 1)


async def test_a_correction_is_held_to_the_form_that_was_answered(registry: Harness) -> None:
    worker = await captured(registry)
    for answers, pointer in (
        ({"education": "other"}, "/answers/education"),
        ({"education": "school"}, "/answers"),
        ({"education": None}, "/answers"),
        ({"nothing": 1}, "/answers/nothing"),
    ):
        refused = await correct(registry, worker, answers)
        assert refused.status_code == 422, refused.text
        assert world.pointers(refused)[0].startswith(pointer)
    assert shown(await read(registry, worker)) == SAID


async def test_an_office_corrects_only_what_it_sees_and_reads_no_more_of_the_history(registry: Harness) -> None:
    worker = await captured(registry)
    weak = world.at(BOOTH, field_classes=("open", "contact"))
    assert world.pointers(await correct(registry, worker, {"donor": "A+"}, weak)) == ["/answers/donor"]
    await correct(registry, worker, {"donor": "A+", "village": "ग्राम"})
    [change] = (await read(registry, worker, weak)).json()["items"][0]["changes"]
    assert [(one["question"], one["before"]) for one in change["changes"]] == [("village", "टोला")]


async def test_whoever_captures_sees_the_answers_they_took_down_and_no_others(registry: Harness) -> None:
    unit = world.unit_id(BOOTH)
    vistarak = world.at(MANDAL, office="vistarak")
    assigned = "INSERT INTO assignments VALUES ($1, $1, $2, $3, $4, '2022-01-15', '2022-01-31', NULL, now())"
    await world.rows(registry, assigned, uuid4(), vistarak.person_id, unit, BOOTH)
    own, other = await captured(registry, by=vistarak), await captured(registry, phone="+916000000077")
    assert shown(await read(registry, own, vistarak)) == SAID
    assert (await read(registry, other, vistarak)).status_code == 404


async def test_answers_go_with_a_merge_and_come_back_with_its_undoing(registry: Harness) -> None:
    kept, merged = await captured(registry), await captured(registry, NEXT_BOOTH)
    await world.matched(registry)
    pair = str(await world.value(registry, "SELECT id FROM duplicates"))
    path, by = f"/v1/duplicates/{pair}", world.at(MANDAL)
    await registry.ask("POST", f"{path}/decisions", action="duplicate.review", person=by, json={"keep": kept})
    seen = (await read(registry, kept)).json()["items"]
    assert {one["record_id"] for one in seen} == {kept, merged}
    assert world.pointers(await correct(registry, kept, {"village": "x"})) == ["/record_id"]
    assert (await correct(registry, merged, {"village": "x"}, world.at(NEXT_BOOTH))).status_code == 409
    body = {"record_id": merged, "answers": {"village": "ग्राम"}}
    where, headers = f"/v1/workers/{kept}/answers", {"if-match": "*"}
    booth = world.at(BOOTH)
    done = await registry.ask("PATCH", where, action="worker.change", person=booth, json=body, headers=headers)
    assert done.status_code == 200, done.text
    undoing = {"reason": "two people"}
    await registry.ask("POST", f"{path}/undoings", action="duplicate.review", person=by, json=undoing)
    assert [one["record_id"] for one in (await read(registry, kept)).json()["items"]] == [kept]
    assert shown(await read(registry, merged, world.at(NEXT_BOOTH))) == {**SAID, "village": "ग्राम"}


async def test_answers_follow_a_worker_to_another_unit(registry: Harness) -> None:
    worker = await captured(registry)
    transfer = await transfers.asked(registry, worker)
    assert (await transfers.answer(registry, world.at(FAR_BOOTH), transfer)).status_code == 200
    assert shown(await read(registry, worker, world.at(FAR_BOOTH))) == SAID
    assert (await correct(registry, worker, {"village": "ग्राम"}, world.at(FAR_BOOTH))).status_code == 200
    assert (await read(registry, worker)).status_code == 404


async def test_the_access_file_holds_the_answers_and_what_was_corrected(registry: Harness) -> None:
    worker = await captured(registry)
    await correct(registry, worker, {"donor": "A+"})
    file = (await file_of(registry, world.at(BOOTH), worker)).json()
    assert [one["content"]["answers"]["donor"] for one in file["answers"]] == ["A+"]
    assert [(one["office"], one["content"]) for one in file["answer_changes"]] == [("booth-president", {"donor": "O+"})]
    page = await file_of(registry, world.at(BOOTH), worker, format="html", language="hi")
    assert "उत्तरों में सुधार" in page.text


async def test_an_erased_records_answers_are_out_of_sight_at_once_and_gone_on_its_date(
    registry: Harness, clock: FixedClock
) -> None:
    worker = await captured(registry)
    await correct(registry, worker, {"village": "ग्राम"})
    await erase(registry, world.at(BOOTH), worker)
    assert (await read(registry, worker)).json()["items"] == []
    file = (await file_of(registry, world.at(BOOTH), worker)).json()
    assert [one["content"] for one in file["answers"] + file["answer_changes"]] == [{}, {}]
    assert (await correct(registry, worker, {"village": "x"})).status_code == 409
    [erasure] = await erasures(registry, world.at(BOOTH))
    await undo(registry, world.at(BOOTH), erasure["id"])
    assert shown(await read(registry, worker)) == {**SAID, "village": "ग्राम"}
    await erase(registry, world.at(BOOTH), worker)
    clock.pass_time(MONTH)
    await purge_some(registry.database)
    assert await world.value(registry, "SELECT count(sealed) FROM captures") == 0
    assert await world.value(registry, "SELECT count(before) FROM answer_revisions") == 0
    [_, purged] = sorted(await erasures(registry, world.at(STATE)), key=lambda one: one["purged_at"] or "")
    assert purged["removed"].items() >= {"captures": 1, "answer_revisions": 1}.items()


async def test_a_withdrawal_forgets_the_answers(registry: Harness) -> None:
    worker = await captured(registry)
    await correct(registry, worker, {"village": "ग्राम"})
    await world.withdraw(registry, world.at(MANDAL), worker)
    assert await world.value(registry, "SELECT count(sealed) FROM captures") == 0
    assert await world.value(registry, "SELECT count(before) FROM answer_revisions") == 0
    assert (await read(registry, worker)).json()["items"] == []
