"""Writes broadcasts under their sequence, and lets them follow their units."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.scope import Scope, upper_bound
from sangathan_notify.domain.templates import Text
from sangathan_notify.store.tables import BroadcastRow


async def find_unit_path(connection: Connection, scope: Scope, unit_id: UUID) -> str | None:
    """The path of an open unit inside the scope; None when it is closed, outside, or nowhere."""
    path: str | None = await connection.fetchval(
        "SELECT path FROM unit_replica WHERE unit_id = $1 AND path >= $2 AND path < $3 AND closed_at IS NULL",
        unit_id,
        scope.lo,
        scope.hi,
    )
    return path


async def next_seq(work: Work) -> int:
    """The next number; its row stays locked until commit, so that the order of numbers is the order of commits."""
    seq: int = await work.raw.fetchval("UPDATE broadcast_counter SET seq = seq + 1 RETURNING seq")
    return seq


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks, under which appointment, to which unit."""

    person_id: UUID
    appointment_id: UUID | None
    unit_id: UUID
    path: str


async def add_broadcast(work: Work, sender: Sender, text: Text) -> BroadcastRow:
    """Writes the broadcast under the next number."""
    row = BroadcastRow(
        id=uuid7(),
        seq=await next_seq(work),
        unit_id=sender.unit_id,
        path=sender.path,
        title_hi=text.title_hi,
        title_en=text.title_en,
        body_hi=text.body_hi,
        body_en=text.body_en,
        sent_by=sender.person_id,
        appointment_id=sender.appointment_id,
        sent_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    return row


async def move_rows(work: Work, old_path: str, new_path: str) -> None:
    """Every path that begins with ``old_path`` begins with ``new_path`` from now on."""
    await work.raw.execute(
        "UPDATE broadcasts SET path = $3 || substr(path, $4) WHERE path >= $1 AND path < $2",
        old_path,
        upper_bound(old_path),
        new_path,
        len(old_path) + 1,
    )


async def derive_paths(work: Work) -> None:
    """Gives every broadcast its unit's path as the replica has it."""
    await work.raw.execute(
        "UPDATE broadcasts b SET path = u.path FROM unit_replica u WHERE u.unit_id = b.unit_id AND b.path <> u.path"
    )
