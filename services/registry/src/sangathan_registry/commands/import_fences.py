"""Takes in a sheet of fences: every row, or with rejects only those that can be, or nothing at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_registry.domain.fence_sheet import NAMED_TWICE, FenceReject, Unfit, fence_in, place_in
from sangathan_registry.domain.fences import Fence
from sangathan_registry.domain.worker import Place
from sangathan_registry.queries.fences import places_at
from sangathan_registry.store import audit, fences


@dataclass(frozen=True, slots=True)
class ImportFences:
    """The rows by their lines, and whether to write anything."""

    rows: Sequence[tuple[int, Mapping[str, str]]]
    dry_run: bool
    only_valid: bool


@dataclass(slots=True)
class Fenced:
    """What the sheet amounts to."""

    kept: dict[Place, Fence] = field(default_factory=dict)
    dropped: list[Place] = field(default_factory=list)
    rejects: list[FenceReject] = field(default_factory=list)
    applied: bool = False


async def handle(work: Work, caller: Caller, command: ImportFences) -> Fenced:
    """Sets and takes away fences within the scope; who did so for how many units is on the trail."""
    named = {path if path.endswith(".") else f"{path}." for path in (values["unit"] for _, values in command.rows)}
    places = await places_at(work.raw, work.scope, list(named))
    done = _read(command.rows, places)
    if command.dry_run or (done.rejects and not command.only_valid):
        return done
    await fences.keep(work, done.kept, caller.person)
    await fences.drop(work, [place.unit_id for place in done.dropped])
    changed = len(done.kept) + len(done.dropped)
    if changed:
        own = audit.Subject(caller.unit_id or UUID(int=0), work.scope.lo, records=changed)
        await audit.note(work, caller, own)
    done.applied = changed > 0
    return done


def _read(rows: Sequence[tuple[int, Mapping[str, str]]], places: Mapping[str, Place]) -> Fenced:
    done, seen = Fenced(), set()
    for line, values in rows:
        try:
            place, fence = place_in(values, places), fence_in(values)
        except Unfit as unfit:
            done.rejects.append(FenceReject(line, values, unfit.reason))
            continue
        if place.unit_id in seen:
            done.rejects.append(FenceReject(line, values, NAMED_TWICE))
            continue
        seen.add(place.unit_id)
        if fence is None:
            done.dropped.append(place)
        else:
            done.kept[place] = fence
    return done
