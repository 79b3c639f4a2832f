"""``…/access-file`` and ``/v1/my-access-file``: everything held about a person, for that person."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.replies import PRIVATE, json_reply
from sangathan_chassis.sealing import Sealer
from sangathan_registry.api.access_page import data_uri, page
from sangathan_registry.api.access_schemas import (
    AccessFileOut,
    HeldAnswerChangeOut,
    HeldAnswersOut,
    HeldChangeOut,
    HeldConsentEvidenceOut,
    HeldGrievanceOut,
    HeldImportOut,
    HeldPhotoOut,
    HeldRecordOut,
)
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import Act, ActDep
from sangathan_registry.commands import give_access
from sangathan_registry.queries.access_file import Rows
from sangathan_registry.queries.answers import replaced_answers
from sangathan_registry.queries.grievances import told_in
from sangathan_registry.queries.imports import content_of_row
from sangathan_registry.queries.phones import content_of, replaced_of, sealed_of
from sangathan_registry.queries.photos import consent_picture_in, picture_in

router = edge_router(tags=["access-files"])

ELSEWHERE: Final = ["/v1/me", "/v1/devices", "/v1/sessions", "/v1/inbox", "/v1/invitations", "/v1/my-audit-entries"]
_HTML: Final = {**PRIVATE, "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}
# What is not a plain row of its table: something in it is opened, or it is no row.
_MADE: Final = {"made_at", "records", "answers", "answer_changes", "changes", "imports", "grievances", "photos"} | {
    *("consent_evidence", "elsewhere")
}
_LISTED: Final = {
    field.name: field.type.__args__[0] for field in msgspec.structs.fields(AccessFileOut) if field.name not in _MADE
}
Format = Annotated[Literal["json", "html"], Query(description="For machines, or as a page to be read.")]
Language = Annotated[Literal["hi", "en"], Query(description="Which language the page is in.")]


@router.get(
    "/v1/workers/{worker_id}/access-file",
    **described("worker.access-file", reply=AccessFileOut, opens="work", refusals=(404, 409)),
)
async def read_access_file(
    worker_id: UUID,
    act: ActDep,
    format: Format = "json",  # noqa: A002 - the parameter's name is the API's.
    language: Language = "hi",
) -> Response:
    """Give a person everything that is held about them, as JSON or as a page; this is on the audit trail."""
    held = await give_access.handle(act.work, act.parts.sealer, act.caller, worker_id)
    return _reply(act, held, (format, language))


@router.get(
    "/v1/my-access-file",
    **described("access-file.own", reply=AccessFileOut, opens="work", refusals=(404,)),
)
async def read_own_access_file(
    act: ActDep,
    format: Format = "json",  # noqa: A002 - the parameter's name is the API's.
    language: Language = "hi",
) -> Response:
    """See everything that is held about you, as JSON or as a page, wherever your record stands."""
    held = await give_access.handle_own(act.work, act.parts.sealer, act.caller)
    return _reply(act, held, (format, language))


def _reply(act: Act, held: Mapping[str, Rows], wanted: tuple[str, str]) -> Response:
    sealer = act.parts.sealer
    listed: dict[str, Any] = {name: [_plain(row, type_) for row in held[name]] for name, type_ in _LISTED.items()}
    file = AccessFileOut(
        made_at=act.work.now,
        records=[_record(sealer, row) for row in held["records"]],
        answers=[_plain(row, HeldAnswersOut, content=_content(sealer, row["sealed"])) for row in held["answers"]],
        answer_changes=[
            _plain(row, HeldAnswerChangeOut, content=replaced_answers(sealer, row["before"]))
            for row in held["answer_changes"]
        ],
        changes=[_plain(row, HeldChangeOut, content=_before(sealer, row["before"])) for row in held["changes"]],
        imports=[
            _plain(row, HeldImportOut, content=content_of_row(sealer, row["import_id"], row)) for row in held["imports"]
        ],
        grievances=[_plain(row, HeldGrievanceOut, content=_told(sealer, row)) for row in held["grievances"]],
        photos=[_plain(row, HeldPhotoOut, picture=data_uri(picture_in(sealer, row))) for row in held["photos"]],
        consent_evidence=[
            _plain(row, HeldConsentEvidenceOut, picture=data_uri(consent_picture_in(sealer, row)))
            for row in held["consent_evidence"]
        ],
        elsewhere=ELSEWHERE,
        **listed,
    )
    if wanted[0] == "json":
        return json_reply(file)
    return Response(page(file, wanted[1]), media_type="text/html; charset=utf-8", headers=_HTML)


def _record(sealer: Sealer, row: asyncpg.Record) -> Any:
    return _plain(row, HeldRecordOut, **msgspec.structs.asdict(sealed_of(sealer, row)))


def _plain(row: asyncpg.Record, type_: Any, **more: Any) -> Any:
    return type_(**{name: more[name] if name in more else row[name] for name in type_.__struct_fields__})


def _content(sealer: Sealer, sealed: bytes | None) -> dict[str, Any]:
    return msgspec.json.decode(content_of(sealer, sealed), type=dict[str, Any]) if sealed else {}


def _told(sealer: Sealer, row: asyncpg.Record) -> dict[str, Any]:
    told, answer = told_in(sealer, row)
    return {"told": told, **{f"answer_{language}": text for language, text in (answer or {}).items()}}


def _before(sealer: Sealer, before: bytes | None) -> dict[str, Any]:
    return msgspec.json.decode(replaced_of(sealer, before), type=dict[str, Any]) if before else {}
