"""Drafts a form, and publishes it: what it asks is settled, and answers to this version stay accepted."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import INVALID_INPUT, NOT_FOUND, Refusal
from sangathan_registry.commands.check_answers import faulty_patterns
from sangathan_registry.domain.forms import examine_definition, is_sensitive, unapproved_topics
from sangathan_registry.domain.refusals import FORM_SETTLED, SECOND_PERSON_NEEDED
from sangathan_registry.queries.drives import find_form
from sangathan_registry.queries.units import get_place
from sangathan_registry.store import audit, forms


@dataclass(frozen=True, slots=True)
class DraftForm:
    """Where, of which form, and what it asks."""

    unit_id: UUID
    form_id: UUID | None
    title: tuple[str, str]
    definition: dict[str, Any]


async def draft(work: Work, caller: Caller, command: DraftForm) -> UUID:
    """The id of the new version; refuses a definition that contradicts itself."""
    place = await get_place(work.raw, work.scope, command.unit_id, field="unit_id")
    faults = examine_definition(command.definition) + faulty_patterns(command.definition)
    if faults:
        raise Refusal(INVALID_INPUT, "Each error names the place and what would be accepted.", errors=faults)
    version_id = uuid7()
    definition = json.dumps(command.definition, ensure_ascii=False)
    version = await forms.insert_form(
        work,
        place,
        (version_id, command.form_id or version_id),
        content=(*command.title, definition),
        author=caller.person,
    )
    if version == 0:
        raise Refusal(NOT_FOUND)
    await audit.note(work, caller, audit.Subject(place.unit_id, place.path))
    return version_id


async def publish(work: Work, caller: Caller, version_id: UUID) -> None:
    """Publishes a draft; a sensitive topic needs a stated purpose, and another person than the author to approve."""
    row = await find_form(work.raw, version_id)
    if not work.scope.contains(row["path"]):
        raise Refusal(NOT_FOUND)
    if row["status"] == "published":
        return
    if row["status"] != "draft":
        raise Refusal(FORM_SETTLED, "Draft its next version.")
    definition = json.loads(row["asked"])
    if faults := unapproved_topics(definition):
        raise Refusal(INVALID_INPUT, "Caste, religion and health need a purpose and an approval.", errors=faults)
    if is_sensitive(definition) and row["created_by"] == caller.person:
        raise Refusal(SECOND_PERSON_NEEDED, "Somebody other than its author has to publish this form.")
    await forms.publish(work, version_id, caller.person)
    await audit.note(work, caller, audit.Subject(row["unit_id"], row["path"]))


async def retire(work: Work, caller: Caller, version_id: UUID) -> None:
    """Hands the version out no more; what was captured on it stays accepted."""
    row = await find_form(work.raw, version_id)
    if not work.scope.contains(row["path"]):
        raise Refusal(NOT_FOUND)
    if row["status"] == "draft":
        raise Refusal(FORM_SETTLED, "A draft is published before it is retired.")
    await forms.retire(work, version_id)
    await audit.note(work, caller, audit.Subject(row["unit_id"], row["path"]))
