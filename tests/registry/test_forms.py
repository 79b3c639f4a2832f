"""The rules of a form: what may be asked, within which limits, and how a version lives."""

import asyncio
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from sangathan_registry.commands.check_answers import AnswerChecks, faulty_patterns
from sangathan_registry.domain.forms import examine_definition, sensitive_topics
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.test_drives import EDUCATION, a_form, post


@pytest.mark.parametrize(
    ("limits", "good", "bad"),
    [
        ({"type": "integer", "least": 1, "most": 20}, 20, 21),
        ({"type": "decimal", "least": 0.5}, 0.5, 0.4),
        ({"type": "decimal"}, 1.25, "1.25"),
        ({"type": "text", "shortest": 2, "longest": 3}, "abc", "a"),
        ({"type": "text", "pattern": "[0-9]{6}|x"}, "462001", "4620011"),
    ],
)
def test_answers_are_held_to_their_limits(limits: dict[str, Any], good: Any, bad: Any) -> None:
    question = {"id": "q", "label": {"hi": "क", "en": "K"}, **limits}
    definition = msgspec.json.encode(a_form(question)["definition"]).decode()
    checks, version = AnswerChecks(), uuid4()
    assert checks.faults(version, definition, "booth", {"q": good}) == []
    assert [one.pointer for one in checks.faults(version, definition, "booth", {"q": bad})] == ["/answers/q"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"type": "text", "choices": [], "pattern": "(?=x)"}, "pattern"),
        ({"type": "text", "choices": [], "least": 1}, "least"),
        ({"type": "text", "choices": [], "shortest": 9, "longest": 2}, "longest"),
        ({"type": "integer", "choices": [], "least": 1.5}, "least"),
        ({"choices": [EDUCATION["choices"][0]] * 2}, "choices"),  # type: ignore[index]  # A list in a dict of anything.
        ({"label": {"hi": "क\nख", "en": "K"}}, "label/hi"),
        ({"label": {"hi": "क", "en": " "}}, "label/en"),
        ({"primary_at": ["Booth level"]}, "primary_at"),
        ({"condition": {"question": "education", "is": ["x"]}}, "condition"),
    ],
)
def test_a_form_that_contradicts_itself_is_refused(change: Any, pointer: str) -> None:
    definition = a_form(EDUCATION, {**EDUCATION, "id": "second", **change})["definition"]
    faults = examine_definition(definition) + faulty_patterns(definition)
    assert [one.pointer for one in faults] == [f"/definition/sections/0/questions/1/{pointer}"]


async def test_the_limits_of_a_form_are_looked_at_when_it_is_drafted(registry: Harness) -> None:
    question = {"id": "pin", "label": {"hi": "पिन", "en": "PIN"}, "type": "text", "pattern": "(?=x)", "longest": 6}
    answer = await post(registry, "/v1/forms", "form.make", world.at(world.STATE), a_form(question))
    assert (answer.status_code, world.pointers(answer)) == (422, ["/definition/sections/0/questions/0/pattern"])


def test_a_list_of_castes_is_a_sensitive_topic_whatever_it_is_called() -> None:
    choice = {"id": "a", "label": {"hi": "अनुसूचित जाति", "en": "Scheduled Caste"}}
    question = {"id": "group", "label": {"hi": "वर्ग", "en": "Category"}, "type": "choice", "choices": [choice]}
    assert sensitive_topics(question) == ["caste"]
    assert sensitive_topics(EDUCATION) == []


async def test_a_version_from_above_does_not_stop_the_next_one_below(registry: Harness) -> None:
    async def drafted(path: str, **more: Any) -> Any:
        body = a_form(unit_id=str(world.unit_id(path)), **more)
        return await post(registry, "/v1/forms", "form.make", world.at(path), body)

    made = (await drafted(world.MANDAL)).json()
    form = {"form_id": made["form_id"]}
    answers = [await drafted(path, **form) for path in (world.STATE, world.MANDAL, world.DISTRICT, world.TWIN)]
    assert [one.json().get("version", one.status_code) for one in answers] == [2, 3, 4, 404]


async def test_a_version_from_a_unit_that_stood_above_once_does_not_stop_the_next_one(registry: Harness) -> None:
    async def drafted(path: str, of: str, **more: Any) -> Any:
        who = world.at(path, unit=world.unit_id(of), tree_version=more.pop("tree_version", 1))
        body = a_form(unit_id=str(world.unit_id(of)), **more)
        return await post(registry, "/v1/forms", "form.make", who, body)

    made = (await drafted(world.MANDAL, world.MANDAL)).json()
    form = {"form_id": made["form_id"]}
    assert [(await drafted(world.DISTRICT, world.DISTRICT, **form)).json()["version"] for _ in range(2)] == [2, 3]
    moved = "in.mp.d070.v3.m7."
    await world.move(registry, world.MANDAL, moved)
    of = [(moved, world.MANDAL), (world.TWIN, world.TWIN), (world.DISTRICT, world.DISTRICT)]
    answers = [await drafted(path, unit, **form, tree_version=2) for path, unit in of]
    assert [one.json().get("version", one.status_code) for one in answers] == [4, 5, 6]


async def test_two_who_draft_at_the_same_moment_get_a_number_each(registry: Harness) -> None:
    state = world.at(world.STATE)
    made = (await post(registry, "/v1/forms", "form.make", state, a_form())).json()
    body = a_form(form_id=made["form_id"])
    answers = await asyncio.gather(*[post(registry, "/v1/forms", "form.make", state, body) for _ in range(4)])
    assert sorted(one.json().get("version", one.status_code) for one in answers) == [2, 3, 4, 5]


async def test_a_draft_is_published_before_it_is_retired_and_never_comes_back(registry: Harness) -> None:
    state = world.at(world.STATE)
    made = await post(registry, "/v1/forms", "form.make", state, a_form())
    url = f"/v1/forms/{made.json()['id']}"
    steps = [
        ("retirements", 409),
        ("publications", 200),
        ("publications", 200),
        ("retirements", 200),
        ("publications", 409),
    ]
    for step, status in steps:
        assert (await post(registry, f"{url}/{step}", "form.publish", state, {})).status_code == status
