"""Gathers what the records hold beside a claim. It is evidence for people to weigh: nothing here decides anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.commands import ask_about_worker, open_photo
from sangathan_registry.commands.ask_about_worker import AskAboutWorker
from sangathan_registry.commands.open_case import about
from sangathan_registry.commands.state_case import office_named
from sangathan_registry.domain.cases import Case
from sangathan_registry.queries.case_matches import Alike, alike_in, cases_with_phone, holders_of
from sangathan_registry.queries.whole_record import OnRecord
from sangathan_registry.store import audit, cases


@dataclass(frozen=True, slots=True)
class Matches:
    """``by_phone`` is None when no number was claimed; ``office`` when the words name none of ours."""

    case: Case
    by_phone: Sequence[OnRecord] | None
    alike: Sequence[Alike]
    office: str | None
    holders: Sequence[asyncpg.Record]
    same_phone: Sequence[asyncpg.Record]
    photos: Mapping[UUID, UUID]


async def handle(work: Work, sealer: Sealer, caller: Caller, case_id: UUID, *, per_day: int) -> Matches:
    """What matches within the caller's range; beyond it a claimed number is a question, and counts as one."""
    case = await cases.find(work, sealer, case_id)
    if case is None:
        raise Refusal(NOT_FOUND)
    claim = case.told
    by_phone = None
    if case.phone_index is not None:
        by_phone = await ask_about_worker.handle(work, caller, AskAboutWorker(case.phone_index, None), per_day=per_day)
    alike = await alike_in(work.raw, sealer, work.scope, case)
    office = office_named(claim.office)
    holders = await holders_of(work.raw, case.path, office, work.now) if office else []
    subjects = _shown(alike, holders) or [audit.Subject(case.unit_id, case.path)]
    entries = await audit.note_all(work, caller, subjects, purpose=about(case))
    photos = await open_photo.to_be_seen(work, caller, subjects, entries)
    return Matches(case, by_phone, alike, office, holders, await cases_with_phone(work.raw, work.scope, case), photos)


def _shown(alike: Sequence[Alike], holders: Sequence[asyncpg.Record]) -> list[audit.Subject]:
    """Whose record stands in the answer, each once."""
    shown = {one.row["id"]: (one.row["unit_id"], one.row["path"]) for one in alike}
    shown |= {row["worker_id"]: (row["worker_unit_id"], row["worker_path"]) for row in holders if row["worker_id"]}
    return [audit.Subject(*place, worker_id) for worker_id, place in shown.items()]
