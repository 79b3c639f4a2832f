"""A service as small as can be, with one scoped table, on which the chassis is tried."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import Body
from pydantic import BaseModel, ConfigDict

from sangathan_chassis.audit_ddl import audit_tables
from sangathan_chassis.ddl import chassis_tables, grant, second_wall
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.service import Service
from sangathan_chassis.settings import ServiceSettings
from sangathan_contracts.registry import WorkerChanged
from sangathan_contracts.workshops import TrailSealed
from sangathan_testkit.databases import DatabaseUrls

router = edge_router(tags=["notes"])


class NoteIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    path: str
    text: str


@router.get("/v1/notes", **declares("note.list"))
async def list_notes(read: ReadDep, unit: str | None = None) -> list[str]:
    rows = await read.fetch("SELECT text FROM notes WHERE ($1::text IS NULL OR path = $1) ORDER BY path, text", unit)
    return [row["text"] for row in rows]


@router.post("/v1/notes", status_code=201, **declares("note.write"))
async def write_note(work: WorkDep, caller: CallerDep, note: Annotated[NoteIn, Body()]) -> dict[str, str]:
    if not caller.scope.contains(note.path):
        raise Refusal(NOT_FOUND)
    note_id = uuid7()
    await work.raw.execute("INSERT INTO notes (id, path, text) VALUES ($1, $2, $3)", note_id, note.path, note.text)
    work.publish(WorkerChanged(worker_id=note_id, unit_id=note_id, version=1), path=note.path)
    if note.text == "break":
        raise RuntimeError
    return {"id": str(note_id)}


SERVICE: Service[ServiceSettings, None] = Service(
    name="workshops",
    settings_type=ServiceSettings,
    migrations="unused",
    routers=[router],
    trail_sealed=TrailSealed,
    parts=lambda _resources: None,
)


async def make_tables(urls: DatabaseUrls) -> None:
    owner = await asyncpg.connect(urls.migrator)
    try:
        await owner.execute("CREATE TABLE alembic_version (version_num text)")
        await owner.execute(
            'CREATE TABLE notes (id uuid PRIMARY KEY, path text COLLATE "C" NOT NULL, text text NOT NULL)'
        )
        for statement in [*second_wall("notes"), grant("workshops_app", "notes", "SELECT, INSERT, UPDATE")]:
            await owner.execute(statement)
        for statement in [*chassis_tables("workshops_app"), *audit_tables("workshops_app")]:
            await owner.execute(statement)
        await owner.execute("CREATE VIEW all_notes WITH (security_invoker) AS SELECT * FROM notes")
        await owner.execute(grant("workshops_app", "all_notes", "SELECT"))
    finally:
        await owner.close()


async def put(urls: DatabaseUrls, note_id: UUID, path: str, text: str) -> None:
    owner = await asyncpg.connect(urls.migrator)
    try:
        await owner.execute("SELECT set_config('app.lo', '', false), set_config('app.hi', '~', false)")
        await owner.execute("INSERT INTO notes (id, path, text) VALUES ($1, $2, $3)", note_id, path, text)
    finally:
        await owner.close()
