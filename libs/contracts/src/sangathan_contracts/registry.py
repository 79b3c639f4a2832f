"""What registry publishes: ids only, never a worker's data."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sangathan_contracts.envelope import Event


class WorkersEnrolled(Event, frozen=True, kw_only=True):
    """Workers came on record at one unit, by one act or one batch."""

    type: ClassVar[str] = "registry.workers.enrolled.v1"
    unit_id: UUID
    worker_ids: tuple[UUID, ...]
    source: str


class WorkerChanged(Event, frozen=True, kw_only=True):
    """A worker's record has a new version."""

    type: ClassVar[str] = "registry.worker.changed.v1"
    worker_id: UUID
    unit_id: UUID
    version: int


class ConsentChanged(Event, frozen=True, kw_only=True):
    """A person agreed to one more purpose, or took one back; ``person_id`` is null when they do not sign in."""

    type: ClassVar[str] = "registry.consent.changed.v1"
    worker_id: UUID
    unit_id: UUID
    person_id: UUID | None
    purpose: str
    given: bool


class ConsentConfirmed(Event, frozen=True, kw_only=True):
    """The person themself has confirmed these purposes; ``how`` is code or signed-in."""

    type: ClassVar[str] = "registry.consent.confirmed.v1"
    worker_id: UUID
    unit_id: UUID
    purposes: tuple[str, ...]
    how: str


class RecordDenied(Event, frozen=True, kw_only=True):
    """Somebody says that a record is not about them; ``unit_id`` is the unit that decides, above the record's."""

    type: ClassVar[str] = "registry.record.denied.v1"
    worker_id: UUID
    unit_id: UUID
    grievance_id: UUID
    captured_by: UUID | None


class GrievanceOpened(Event, frozen=True, kw_only=True):
    """Somebody whose data is kept asks or complains of something; the unit is to answer by the date."""

    type: ClassVar[str] = "registry.grievance.opened.v1"
    grievance_id: UUID
    unit_id: UUID
    kind: str
    due_at: datetime


class GrievanceDue(Event, frozen=True, kw_only=True):
    """A grievance is due-soon, overdue, or escalated to this unit; ``mark`` tells one reminder from the next."""

    type: ClassVar[str] = "registry.grievance.due.v1"
    grievance_id: UUID
    unit_id: UUID
    kind: str
    stage: str
    due_at: datetime
    mark: int


class GrievanceAnswered(Event, frozen=True, kw_only=True):
    """A grievance was answered; ``person_id`` is null when its person does not sign in."""

    type: ClassVar[str] = "registry.grievance.answered.v1"
    grievance_id: UUID
    unit_id: UUID
    kind: str
    person_id: UUID | None


class WorkerWithdrawn(Event, frozen=True, kw_only=True):
    """A worker is no longer on record; every service drops what it holds."""

    type: ClassVar[str] = "registry.worker.withdrawn.v1"
    worker_id: UUID
    unit_id: UUID
    version: int


class WorkerErased(Event, frozen=True, kw_only=True):
    """A person's record is gone for good; every service purges what it holds about ``person_ids`` and reports back.

    ``person_id`` is null when nobody signs in by this record, or when the person is on record by another one as well.
    ``merged_person_ids`` are those by whom the person signed in as records that had been merged into this one.
    """

    type: ClassVar[str] = "registry.worker.erased.v1"
    erasure_id: UUID
    worker_id: UUID
    merged_ids: tuple[UUID, ...]
    person_id: UUID | None
    merged_person_ids: tuple[UUID, ...] = ()
    unit_id: UUID

    @property
    def person_ids(self) -> tuple[UUID, ...]:
        """Everybody by whom the person signed in."""
        return (*([self.person_id] if self.person_id else []), *self.merged_person_ids)


class WorkerMerged(Event, frozen=True, kw_only=True):
    """Two records told of one person: this one was merged into the one that was kept."""

    type: ClassVar[str] = "registry.worker.merged.v1"
    kept_id: UUID
    merged_id: UUID
    unit_id: UUID
    version: int


class MergeUndone(Event, frozen=True, kw_only=True):
    """The merged record is on record by itself again."""

    type: ClassVar[str] = "registry.merge.undone.v1"
    kept_id: UUID
    merged_id: UUID
    unit_id: UUID
    version: int


class WorkerAsked(Event, frozen=True, kw_only=True):
    """Somebody asked whether a worker of this unit is one of ours, so that the unit can see who asks."""

    type: ClassVar[str] = "registry.worker.asked.v1"
    unit_id: UUID
    asked_by: UUID
    appointment_id: UUID
    on_record: bool


class GlassBroken(Event, frozen=True, kw_only=True):
    """Somebody opened one record outside their range for a while; ``unit_id`` is the record's.

    Who is told is settled with the act: ``person_id`` when the person on the record can sign in, the ``owners`` in
    office at the record, and the ``superiors`` of the opener, who are to review it.
    """

    type: ClassVar[str] = "registry.glass.broken.v1"
    opening_id: UUID
    worker_id: UUID
    unit_id: UUID
    person_id: UUID | None
    opened_by: UUID
    appointment_id: UUID
    office: str
    opener_unit_id: UUID
    expires_at: datetime
    review_due_at: datetime
    owners: tuple[UUID, ...]
    superiors: tuple[UUID, ...]


class CardIssued(Event, frozen=True, kw_only=True):
    """A worker has a membership card, and by it no other that is good."""

    type: ClassVar[str] = "registry.card.issued.v1"
    card_id: UUID
    worker_id: UUID
    unit_id: UUID


class CardEnded(Event, frozen=True, kw_only=True):
    """A membership card is no longer good; the status list says so from now on."""

    type: ClassVar[str] = "registry.card.ended.v1"
    card_id: UUID
    worker_id: UUID
    unit_id: UUID
    reason: str


class CardRestored(Event, frozen=True, kw_only=True):
    """A card that a merge of two records had ended is good again, since the merge was undone."""

    type: ClassVar[str] = "registry.card.restored.v1"
    card_id: UUID
    worker_id: UUID
    unit_id: UUID


class CaseOpened(Event, frozen=True, kw_only=True):
    """Somebody is said to pass as one of ours at this unit; ``source`` is officer or public."""

    type: ClassVar[str] = "registry.case.opened.v1"
    case_id: UUID
    unit_id: UUID
    source: str


class CasePassedOn(Event, frozen=True, kw_only=True):
    """A case was passed on to this unit."""

    type: ClassVar[str] = "registry.case.passed-on.v1"
    case_id: UUID
    unit_id: UUID
    version: int


class CaseDecided(Event, frozen=True, kw_only=True):
    """People decided a case: impostor, one-of-ours, unknown or withdrawn; ``units`` are those that it concerns."""

    type: ClassVar[str] = "registry.case.decided.v1"
    case_id: UUID
    unit_id: UUID
    outcome: str
    units: tuple[UUID, ...]
    version: int


class TransferAsked(Event, frozen=True, kw_only=True):
    """A worker is to go from one unit to another; ``waits_for`` are the sides that have to agree: giving, receiving."""

    type: ClassVar[str] = "registry.transfer.asked.v1"
    transfer_id: UUID
    unit_id: UUID
    to_unit_id: UUID
    waits_for: tuple[str, ...]
    asked_by: UUID
    lapses_at: datetime


class TransferEnded(Event, frozen=True, kw_only=True):
    """A transfer waits no more: agreed, declined or taken-back; ``person_id`` if a worker went who can sign in.

    ``asker_id`` is the worker who asked for it themself and was declined.
    """

    type: ClassVar[str] = "registry.transfer.ended.v1"
    transfer_id: UUID
    unit_id: UUID
    to_unit_id: UUID
    state: str
    person_id: UUID | None
    decided_by: UUID
    version: int
    asker_id: UUID | None = None


class WorkerTransferred(Event, frozen=True, kw_only=True):
    """A worker's record belongs to another unit, in this version."""

    type: ClassVar[str] = "registry.worker.transferred.v1"
    worker_id: UUID
    from_unit_id: UUID
    to_unit_id: UUID
    version: int
    transfer_id: UUID


class ExportEnded(Event, frozen=True, kw_only=True):
    """The export that this person asked for is ready, until ``expires_at``, or was stopped."""

    type: ClassVar[str] = "registry.export.ended.v1"
    export_id: UUID
    unit_id: UUID
    person_id: UUID
    state: str
    expires_at: datetime


class ImportEnded(Event, frozen=True, kw_only=True):
    """The list that this person brought in is worked off, or was stopped; ``left`` are rows that want correction."""

    type: ClassVar[str] = "registry.import.ended.v1"
    import_id: UUID
    unit_id: UUID
    person_id: UUID
    state: str
    rows: int
    accepted: int
    left: int


class TrailSealed(Event, frozen=True, kw_only=True):
    """The head of this service's audit trail: its newest link's number, and its SHA-256 in hex."""

    type: ClassVar[str] = "registry.trail.sealed.v1"
    seq: int
    hash: str
    at: datetime
