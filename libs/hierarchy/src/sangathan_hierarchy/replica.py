"""A service's own replica of the unit tree and the appointments, in its own database.

Structural changes carry a tree version that rises by exactly one, so they are applied in exactly that order; after a
gap the replica is rebuilt from identity's snapshot. Appointments are independent of each other: their own version
guards them. The service's rows follow a move in the same transaction, through ``Follower``.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.consumer import Poison, Subscriber
from sangathan_chassis.database import Database, Work
from sangathan_chassis.health import Check
from sangathan_chassis.nats_link import NatsLink
from sangathan_chassis.scope import Scope, upper_bound
from sangathan_contracts import identity
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.identity import AppointmentState, SplitOff, UnitState
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_hierarchy.snapshot import fetch_snapshot

log = logging.getLogger(__name__)

Structural = identity.UnitCreated | identity.UnitRenamed | identity.UnitMoved | identity.UnitClosed
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Resettled:
    """Who goes on at another unit: those of merged units at the successors, and whom splits named at the new units."""

    successors: Mapping[UUID, UUID] = field(default_factory=dict)
    splits: Sequence[SplitOff] = ()


class Follower(Protocol):
    """The service's own rows that carry a unit's path and must follow it, within the same transaction."""

    async def follow_move(self, work: Work, old_path: str, new_path: str) -> None:
        """Every path that begins with ``old_path`` begins with ``new_path`` from now on."""
        ...

    async def follow_all(self, work: Work, resettled: Resettled) -> None:
        """Derive every row's path anew from the replica, just rebuilt; and let go on whoever is ``resettled``."""
        ...


class SqlReplica:
    """Keeps `unit_replica`, `appointment_replica` and `replica_state` true."""

    def __init__(self, nats: NatsLink, service: str, follower: Follower) -> None:
        self._nats = nats
        self._service = service
        self._follower = follower

    def handlers(self) -> Mapping[str, Subscriber]:
        """The subscribers for a consumer of identity's tree and appointment events."""
        return {
            identity.UnitCreated.type: self.on_unit_created,
            identity.UnitRenamed.type: self.on_unit_renamed,
            identity.UnitMoved.type: self.on_unit_moved,
            identity.UnitClosed.type: self.on_unit_closed,
            identity.AppointmentMade.type: self.on_appointment_made,
            identity.AppointmentEnded.type: self.on_appointment_ended,
            identity.AppointmentShortened.type: self.on_appointment_shortened,
            identity.TreeReloaded.type: self.on_tree_reloaded,
        }

    async def on_unit_created(self, work: Work, envelope: Envelope) -> None:
        """Adds the unit."""
        await self._apply(work, decode(envelope, identity.UnitCreated))

    async def on_unit_renamed(self, work: Work, envelope: Envelope) -> None:
        """Takes the unit's new names."""
        await self._apply(work, decode(envelope, identity.UnitRenamed))

    async def on_unit_closed(self, work: Work, envelope: Envelope) -> None:
        """Marks the unit closed."""
        await self._apply(work, decode(envelope, identity.UnitClosed))

    async def on_unit_moved(self, work: Work, envelope: Envelope) -> None:
        """Moves the unit and all below it, and the service's rows with them."""
        event = decode(envelope, identity.UnitMoved)
        if await self._apply(work, event):
            await _move_below(work, event.old_path, event.unit.path)
            await self._follower.follow_move(work, event.old_path, event.unit.path)

    async def on_appointment_made(self, work: Work, envelope: Envelope) -> None:
        """Adds the appointment."""
        await put_appointment(work, decode(envelope, identity.AppointmentMade).appointment)

    async def on_appointment_ended(self, work: Work, envelope: Envelope) -> None:
        """Ends the appointment."""
        await put_appointment(work, decode(envelope, identity.AppointmentEnded).appointment)

    async def on_appointment_shortened(self, work: Work, envelope: Envelope) -> None:
        """Lets the appointment lapse sooner."""
        await put_appointment(work, decode(envelope, identity.AppointmentShortened).appointment)

    async def on_tree_reloaded(self, work: Work, envelope: Envelope) -> None:
        """Builds the replica anew, unless it already stands at that version."""
        event = decode(envelope, identity.TreeReloaded)
        await _lock(work)
        if (await _tree_version(work.raw) or 0) < event.tree_version:
            await self.rebuild(work)

    async def ensure_loaded(self, database: Database) -> None:
        """Builds the replica if there is none yet; retries until identity answers."""
        while True:
            try:
                async with database.work(Scope.everything()) as work:
                    await _lock(work)
                    if await _tree_version(work.raw) is None:
                        await self.rebuild(work)
                return
            except TimeoutError:
                log.warning("identity gives no snapshot yet")
                await asyncio.sleep(0.5)

    async def rebuild(self, work: Work) -> None:
        """Replaces the replica by identity's snapshot in this transaction, and lets the service's rows follow."""
        await _lock(work)
        await work.raw.execute(
            "SET LOCAL statement_timeout = 0; DELETE FROM unit_replica; DELETE FROM appointment_replica"
        )
        version, successors, splits = 0, dict[UUID, UUID](), list[SplitOff]()
        async for page in fetch_snapshot(await self._nats.wait(), self._service):
            version = page.tree_version
            successors.update(page.successors)
            splits += page.splits
            await _copy(work.raw, page)
        await work.raw.execute(
            "INSERT INTO replica_state (tree_version) VALUES ($1)"
            " ON CONFLICT (only_row) DO UPDATE SET tree_version = EXCLUDED.tree_version",
            version,
        )
        await self._follower.follow_all(work, Resettled(successors, splits))
        log.info("replica rebuilt", extra={"fields": {"tree_version": version}})

    async def _apply(self, work: Work, event: Structural) -> bool:
        """Writes the unit's state if this event is the next; False when it is already in, rebuilds after a gap."""
        await _lock(work)
        mine = await _tree_version(work.raw)
        if mine is not None and event.tree_version <= mine:
            return False
        if mine is None or event.tree_version > mine + 1:
            await self.rebuild(work)
            return False
        await put_unit(work, event.unit)
        await work.raw.execute("UPDATE replica_state SET tree_version = $1", event.tree_version)
        return True


def decode(envelope: Envelope, event_type: type[E]) -> E:
    """The event's body; raises Poison when it does not have the event's shape."""
    try:
        return msgspec.json.decode(envelope.body, type=event_type)
    except msgspec.MsgspecError as error:
        reason = f"the body is not a {envelope.type}: {type(error).__name__}"
        raise Poison(reason) from error


def loaded_check(database: Database) -> Check:
    """Readiness: this service has a tree to check scopes against."""

    async def check() -> str:
        async with database.pool.acquire(timeout=1.5) as connection:
            return "" if await _tree_version(connection) is not None else "the unit tree has not been loaded yet"

    return check


async def put_unit(work: Work, unit: UnitState) -> None:
    """Writes one unit's state."""
    await work.raw.execute(
        "INSERT INTO unit_replica (unit_id, parent_id, level, code, path, name_hi, name_en, version, closed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (unit_id) DO UPDATE SET"
        " parent_id = EXCLUDED.parent_id, level = EXCLUDED.level, code = EXCLUDED.code, path = EXCLUDED.path,"
        " name_hi = EXCLUDED.name_hi, name_en = EXCLUDED.name_en, version = EXCLUDED.version,"
        " closed_at = EXCLUDED.closed_at",
        *_unit_values(unit),
    )


async def put_appointment(work: Work, appointment: AppointmentState) -> None:
    """Writes one appointment's state unless a newer one is there; what another system was granted is no office held."""
    if appointment.client_id is not None:
        return
    await work.raw.execute(
        "INSERT INTO appointment_replica"
        " (appointment_id, person_id, office, unit_id, valid_from, valid_to, version, ended_at, delegated_from)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (appointment_id) DO UPDATE SET"
        " valid_from = EXCLUDED.valid_from, valid_to = EXCLUDED.valid_to, version = EXCLUDED.version,"
        " ended_at = EXCLUDED.ended_at WHERE appointment_replica.version < EXCLUDED.version",
        *_appointment_values(appointment),
    )


_UNIT_COLUMNS = ("unit_id", "parent_id", "level", "code", "path", "name_hi", "name_en", "version", "closed_at")
_APPOINTMENT_COLUMNS = (
    *("appointment_id", "person_id", "office", "unit_id", "valid_from", "valid_to", "version", "ended_at"),
    "delegated_from",
)


def _unit_values(unit: UnitState) -> tuple[object, ...]:
    return tuple(getattr(unit, name) for name in _UNIT_COLUMNS)


def _appointment_values(appointment: AppointmentState) -> tuple[object, ...]:
    return tuple(getattr(appointment, name) for name in _APPOINTMENT_COLUMNS)


async def _copy(connection: Connection, page: identity.SnapshotPage) -> None:
    await connection.copy_records_to_table(
        "unit_replica",
        records=[_unit_values(u) for u in page.units],
        columns=_UNIT_COLUMNS,
    )
    await connection.copy_records_to_table(
        "appointment_replica",
        records=[_appointment_values(a) for a in page.appointments if a.client_id is None],
        columns=_APPOINTMENT_COLUMNS,
    )


async def _move_below(work: Work, old_path: str, new_path: str) -> None:
    await work.raw.execute(
        "UPDATE unit_replica SET path = $3 || substr(path, $4) WHERE path >= $1 AND path < $2",
        old_path,
        upper_bound(old_path),
        new_path,
        len(old_path) + 1,
    )


async def _lock(work: Work) -> None:
    await work.raw.execute("SELECT pg_advisory_xact_lock($1)", TREE_LOCK)


async def _tree_version(connection: Connection) -> int | None:
    version: int | None = await connection.fetchval("SELECT tree_version FROM replica_state")
    return version
