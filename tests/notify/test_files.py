"""Whoever asked for an export or brought a list in hears when it is over, once, and of nobody in it."""

from uuid import UUID, uuid4

import pytest

from sangathan_contracts.registry import ExportEnded, ImportEnded
from sangathan_notify.subscribers.files import on_export_ended, on_import_ended
from sangathan_testkit.harness import Person
from tests.notify.stage import MOMENT, Stage, unit_id

DISTRICT = "in.mp.d07."
FILE = UUID("0190d2f0-6c1e-7000-8000-0000000000b1")


@pytest.mark.parametrize(
    ("state", "kind", "hindi"), [("ready", "export-ready", "तैयार है"), ("stopped", "export-stopped", "नहीं बना")]
)
async def test_who_asked_for_an_export_is_told_once_how_it_ended(
    stage: Stage, state: str, kind: str, hindi: str
) -> None:
    who = Person(person_id=uuid4())
    event = ExportEnded(
        export_id=FILE, unit_id=unit_id(DISTRICT), person_id=who.person_id, state=state, expires_at=MOMENT
    )
    for _ in range(2):
        await stage.tell(on_export_ended, event)
    [message] = await stage.inbox(who)
    assert (message["kind"], message["refs"]["export_id"]) == (kind, str(FILE))
    assert (hindi in message["title_hi"], f"Unit {DISTRICT}" in message["title_en"]) == (True, True)


@pytest.mark.parametrize(("state", "kind"), [("done", "import-done"), ("stopped", "import-stopped")])
async def test_who_brought_a_list_in_is_told_how_many_rows_came_on_record(stage: Stage, state: str, kind: str) -> None:
    who = Person(person_id=uuid4())
    event = ImportEnded(
        import_id=FILE,
        unit_id=unit_id(DISTRICT),
        person_id=who.person_id,
        state=state,
        rows=1200,
        accepted=1100,
        left=60,
    )
    for _ in range(2):
        await stage.tell(on_import_ended, event)
    [message] = await stage.inbox(who)
    assert (message["kind"], message["refs"]["import_id"]) == (kind, str(FILE))
    for words in (message["body_hi"], message["body_en"]):
        assert ("1200" in words, "1100" in words) == (True, True)
