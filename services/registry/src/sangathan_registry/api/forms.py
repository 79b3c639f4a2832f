"""``/v1/forms``: what a drive asks, version by version."""

import json
from typing import Any
from uuid import UUID

import msgspec
from fastapi import Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.described import described
from sangathan_registry.api.drive_schemas import FormIn, FormOut, FormPage, NothingIn
from sangathan_registry.api.id_pages import IdPages
from sangathan_registry.api.parts import Act, ActDep, LookDep
from sangathan_registry.commands import make_form
from sangathan_registry.queries.drives import find_form
from sangathan_registry.queries.drives import list_forms as query

router = edge_router(tags=["forms"])
_FORM, _NOTHING = Body(FormIn), Body(NothingIn)


def form_out(row: Any) -> FormOut:
    """A version of a form from its row."""
    fields = {name: row[name] for name in FormOut.__struct_fields__}
    return FormOut(**fields | {"definition": json.loads(row["asked"])})


@router.post("/v1/forms", **described("form.make", body=FormIn, reply=FormOut, status=201, refusals=(404,)))
async def draft_form(act: ActDep) -> Response:
    """Draft a form, or with form_id its next version."""
    sent = await _FORM.read(act.request)
    definition = msgspec.to_builtins(sent.definition)
    command = make_form.DraftForm(sent.unit_id, sent.form_id, (sent.title.hi, sent.title.en), definition)
    return await _reply(act, await make_form.draft(act.work, act.caller, command), 201)


@router.get("/v1/forms", **described("form.read", reply=FormPage, headers=("Link",)))
async def list_forms(look: LookDep, limit: Limit = 50, cursor: CursorParam = None) -> Response:
    """List the versions of forms set up in your unit, below it, and above it."""
    pages = IdPages(look, (limit, cursor), "forms")
    return pages.reply(await query(look.read, look.caller.scope, pages.start, limit), form_out)


@router.post(
    "/v1/forms/{form_version_id}/publications",
    **described("form.publish", body=NothingIn, reply=FormOut, refusals=(403, 404, 409)),
)
async def publish_form(form_version_id: UUID, act: ActDep) -> Response:
    """Publish a draft; caste, religion and health need a stated purpose and another person than the author."""
    await _NOTHING.read(act.request)
    await make_form.publish(act.work, act.caller, form_version_id)
    return await _reply(act, form_version_id)


@router.post(
    "/v1/forms/{form_version_id}/retirements",
    **described("form.publish", body=NothingIn, reply=FormOut, refusals=(404, 409)),
)
async def retire_form(form_version_id: UUID, act: ActDep) -> Response:
    """Hand a version out no more; what was captured on it stays accepted."""
    await _NOTHING.read(act.request)
    await make_form.retire(act.work, act.caller, form_version_id)
    return await _reply(act, form_version_id)


async def _reply(act: Act, version_id: UUID, status: int = 200) -> Response:
    return json_reply(form_out(await find_form(act.work.raw, version_id)), status)
