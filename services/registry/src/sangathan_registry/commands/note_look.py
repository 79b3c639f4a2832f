"""Puts a look-up that shows more than open fields on the trail, an entry for each record, before it is shown."""

from collections.abc import Iterable

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_registry.commands.open_worker import OPEN
from sangathan_registry.store import audit


async def handle(work: Work, caller: Caller, rows: Iterable[asyncpg.Record]) -> None:
    """One entry per record; none when only open fields are shown."""
    shown = caller.field_classes - {OPEN}
    if shown:
        subjects = [audit.Subject(row["unit_id"], row["path"], row["id"]) for row in rows]
        await audit.note_all(work, caller, subjects, fields=sorted(shown))
