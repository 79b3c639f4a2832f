"""What identity publishes, and the snapshot by which a replica is built.

Events carry the whole new state of their aggregate with its version, so that a replica applies them in any order
under a version guard. ``tree_version`` rises by one with each structural change of the tree.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from sangathan_contracts.envelope import Event


class UnitState(msgspec.Struct, frozen=True, kw_only=True):
    """One unit as it stands; ``path`` ends with a dot; ``closed_at`` is set once it is closed."""

    unit_id: UUID
    parent_id: UUID | None
    level: str
    code: str
    path: str
    name_hi: str
    name_en: str
    version: int
    closed_at: datetime | None = None


class AppointmentState(msgspec.Struct, frozen=True, kw_only=True):
    """One appointment as it stands; it gives rights from ``valid_from`` up to and not at ``valid_to``, unless ended.

    A delegation names the appointment it comes from, without which it gives nothing, and the ``actions`` that it lends;
    for any other, ``actions`` is empty and the office says all. ``acting`` marks a charge held until the office has its
    regular holder. A grant to another system is a delegation whose holder is no person: ``client_id`` is set, and
    ``person_id`` is the same. Only who lets callers in need know of it.
    """

    appointment_id: UUID
    person_id: UUID
    office: str
    unit_id: UUID
    valid_from: datetime
    valid_to: datetime | None
    version: int
    ended_at: datetime | None = None
    delegated_from: UUID | None = None
    actions: tuple[str, ...] = ()
    acting: bool = False
    client_id: UUID | None = None


class UnitCreated(Event, frozen=True, kw_only=True):
    """A unit was added to the tree."""

    type: ClassVar[str] = "identity.unit.created.v1"
    unit: UnitState
    tree_version: int


class UnitRenamed(Event, frozen=True, kw_only=True):
    """A unit has other names; its place is the same."""

    type: ClassVar[str] = "identity.unit.renamed.v1"
    unit: UnitState
    tree_version: int


class UnitMoved(Event, frozen=True, kw_only=True):
    """A unit, and everything below it, has another place: each path that began with ``old_path`` now begins anew."""

    type: ClassVar[str] = "identity.unit.moved.v1"
    unit: UnitState
    old_path: str
    tree_version: int


class UnitClosed(Event, frozen=True, kw_only=True):
    """A unit takes no more records."""

    type: ClassVar[str] = "identity.unit.closed.v1"
    unit: UnitState
    tree_version: int


class UnitSplit(Event, frozen=True, kw_only=True):
    """A unit was split; its creation and the moves have been told before, ``worker_ids`` belong to the new unit now."""

    type: ClassVar[str] = "identity.unit.split.v1"
    unit: UnitState
    created: UnitState
    unit_ids: tuple[UUID, ...] = ()
    worker_ids: tuple[UUID, ...] = ()


class UnitMerged(Event, frozen=True, kw_only=True):
    """A unit went into another; the moves and its closing have been told before, its workers belong there now."""

    type: ClassVar[str] = "identity.unit.merged.v1"
    unit: UnitState
    into: UnitState
    unit_ids: tuple[UUID, ...] = ()


class AppointmentMade(Event, frozen=True, kw_only=True):
    """A person was appointed to an office at a unit."""

    type: ClassVar[str] = "identity.appointment.made.v1"
    appointment: AppointmentState


class AppointmentEnded(Event, frozen=True, kw_only=True):
    """An appointment ended before its time; its rights are gone."""

    type: ClassVar[str] = "identity.appointment.ended.v1"
    appointment: AppointmentState


class AppointmentShortened(Event, frozen=True, kw_only=True):
    """An appointment will lapse sooner than was said: the office has a regular holder from then on."""

    type: ClassVar[str] = "identity.appointment.shortened.v1"
    appointment: AppointmentState


class SessionEnded(Event, frozen=True, kw_only=True):
    """A sign-in is over, or the token of another system, whose id stands as the person's; it is refused from now on."""

    type: ClassVar[str] = "identity.session.ended.v1"
    session_id: UUID
    person_id: UUID


class DeviceAdded(Event, frozen=True, kw_only=True):
    """A person who had a device signed in on another; ``name`` is what that device calls itself."""

    type: ClassVar[str] = "identity.device.added.v1"
    device_id: UUID
    person_id: UUID
    name: str
    added_at: datetime


class CredentialChanged(Event, frozen=True, kw_only=True):
    """What a person signs in with has changed; ``what`` is a slug such as ``password-changed``."""

    type: ClassVar[str] = "identity.credential.changed.v1"
    change_id: UUID
    person_id: UUID
    what: str
    changed_at: datetime


class PersonSuspended(Event, frozen=True, kw_only=True):
    """A person may not sign in or act until reinstated."""

    type: ClassVar[str] = "identity.person.suspended.v1"
    person_id: UUID
    version: int


class PersonReinstated(Event, frozen=True, kw_only=True):
    """A suspended person may act again."""

    type: ClassVar[str] = "identity.person.reinstated.v1"
    person_id: UUID
    version: int


class TreeReloaded(Event, frozen=True, kw_only=True):
    """The tree was loaded in bulk: replicas load the snapshot again."""

    type: ClassVar[str] = "identity.tree.reloaded.v1"
    tree_version: int


class PersonErased(Event, frozen=True, kw_only=True):
    """This service has purged what it held about an erased person: how many rows, by table."""

    type: ClassVar[str] = "identity.person.erased.v1"
    erasure_id: UUID
    removed: dict[str, int]
    at: datetime


class TrailSealed(Event, frozen=True, kw_only=True):
    """The head of this service's audit trail: its newest link's number, and its SHA-256 in hex."""

    type: ClassVar[str] = "identity.trail.sealed.v1"
    seq: int
    hash: str
    at: datetime


SNAPSHOT_SUBJECT = "snap.identity"


class SplitOff(msgspec.Struct, frozen=True, kw_only=True):
    """Workers who were named when a unit was split, and the unit that was created for them; perhaps not all of them."""

    unit_id: UUID
    created_id: UUID
    split_at: datetime
    worker_ids: tuple[UUID, ...]


class SnapshotPage(msgspec.Struct, frozen=True, kw_only=True):
    """Up to 1,000 rows of the snapshot; the last page has ``last`` set. All pages are of one database snapshot.

    ``successors`` are closed units with those that they were merged into, which may have been merged themselves since.
    ``splits`` say which workers a split took along, who may have gone on elsewhere since.
    """

    tree_version: int
    units: tuple[UnitState, ...] = ()
    appointments: tuple[AppointmentState, ...] = ()
    suspended: tuple[UUID, ...] = ()
    ended_sessions: tuple[UUID, ...] = ()
    successors: tuple[tuple[UUID, UUID], ...] = ()
    splits: tuple[SplitOff, ...] = ()
    last: bool = False
