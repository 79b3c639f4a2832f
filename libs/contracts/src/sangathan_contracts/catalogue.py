"""Every event there is, in one list: what the AsyncAPI document, the golden samples and the topology are checked by."""

from sangathan_contracts import gateway, identity, notify, registry, workshops
from sangathan_contracts.envelope import Event

EVENTS: tuple[type[Event], ...] = (
    identity.UnitCreated,
    identity.UnitRenamed,
    identity.UnitMoved,
    identity.UnitClosed,
    identity.UnitSplit,
    identity.UnitMerged,
    identity.AppointmentMade,
    identity.AppointmentEnded,
    identity.AppointmentShortened,
    identity.SessionEnded,
    identity.DeviceAdded,
    identity.CredentialChanged,
    identity.PersonSuspended,
    identity.PersonReinstated,
    identity.TreeReloaded,
    identity.PersonErased,
    identity.TrailSealed,
    registry.WorkersEnrolled,
    registry.WorkerChanged,
    registry.ConsentChanged,
    registry.ConsentConfirmed,
    registry.RecordDenied,
    registry.GrievanceOpened,
    registry.GrievanceDue,
    registry.GrievanceAnswered,
    registry.WorkerWithdrawn,
    registry.WorkerErased,
    registry.WorkerMerged,
    registry.MergeUndone,
    registry.WorkerAsked,
    registry.GlassBroken,
    registry.CardIssued,
    registry.CardEnded,
    registry.CardRestored,
    registry.CaseOpened,
    registry.CasePassedOn,
    registry.CaseDecided,
    registry.TransferAsked,
    registry.TransferEnded,
    registry.WorkerTransferred,
    registry.ExportEnded,
    registry.ImportEnded,
    registry.TrailSealed,
    workshops.InvitationIssued,
    workshops.InvitationAnswered,
    workshops.AttendanceRecorded,
    workshops.PersonErased,
    workshops.TrailSealed,
    gateway.RequestsRefused,
    notify.BroadcastSent,
    notify.PersonErased,
    notify.TrailSealed,
)


def event_of(event_type: str) -> type[Event]:
    """The class of an event type; raises KeyError for a type that nobody publishes."""
    return {event.type: event for event in EVENTS}[event_type]
