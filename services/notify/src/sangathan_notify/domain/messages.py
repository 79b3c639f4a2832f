"""Which message an event causes: for whom, in which words, and the key under which it is sent only once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sangathan_contracts.identity import AppointmentState, CredentialChanged, DeviceAdded
from sangathan_contracts.offices import OFFICES
from sangathan_contracts.workshops import AttendanceRecorded, InvitationIssued
from sangathan_notify.domain.dates import day_in_words, day_of
from sangathan_notify.domain.templates import Both, Text, render


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one person; ``refs`` name what it is about, ``dedupe_key`` is unique over all messages."""

    recipient_id: UUID
    kind: str
    dedupe_key: str
    text: Text
    refs: Mapping[str, UUID]


def of_invitation(event: InvitationIssued) -> Message:
    """Tells the invitee where and when."""
    values = {"date": day_in_words(event.held_on), "venue": Both(event.venue_hi, event.venue_en)}
    return Message(
        recipient_id=event.person_id,
        kind="invitation-issued",
        dedupe_key=f"invitation-issued:{event.invitation_id}",
        text=render("invitation-issued", values),
        refs={"invitation_id": event.invitation_id, "workshop_id": event.workshop_id},
    )


def of_attendance(event: AttendanceRecorded) -> Message:
    """Thanks who came."""
    return Message(
        recipient_id=event.person_id,
        kind="attendance-recorded",
        dedupe_key=f"attendance-recorded:{event.invitation_id}",
        text=render("attendance-recorded", {"date": day_of(event.seen_at)}),
        refs={"invitation_id": event.invitation_id, "workshop_id": event.workshop_id},
    )


def of_appointment(appointment: AppointmentState, unit: Both) -> Message:
    """Tells the person which office they hold, act in, or have a part of, where, and from when.

    An office of a newer release is told by its slug.
    """
    known = OFFICES.get(appointment.office)
    office = Both(known.name_hi, known.name_en) if known else Both(appointment.office, appointment.office)
    values = {"office": office, "unit": unit, "date": day_of(appointment.valid_from)}
    kind = "appointment-made"
    if appointment.delegated_from is not None:
        kind = "delegation-made"
    elif appointment.acting:
        kind = "charge-given"
    return Message(
        recipient_id=appointment.person_id,
        kind=kind,
        dedupe_key=f"appointment-made:{appointment.appointment_id}",
        text=render(kind, values),
        refs={"appointment_id": appointment.appointment_id, "unit_id": appointment.unit_id},
    )


_UNNAMED: Final = Both("एक उपकरण जिसने नाम नहीं बताया", "a device that gave no name")
_CHANGES: Final = {
    "password-changed": Both("पासवर्ड बदला गया", "the password was changed"),
    "password-reset": Both("एक बार के कोड से नया पासवर्ड रखा गया", "a new password was set with a one-time code"),
    "totp-added": Both("प्रमाणक ऐप जोड़ा गया", "an authenticator was added"),
    "totp-removed": Both("प्रमाणक ऐप हटाया गया", "the authenticator was removed"),
    "recovery-code-used": Both("एक रिकवरी कोड काम में लिया गया", "a recovery code was used"),
    "recovery-codes-made": Both("नए रिकवरी कोड बनाए गए", "new recovery codes were made"),
    "device-enrolment-issued": Both(
        "आपके फ़ोन को जोड़ने का कोड जारी हुआ", "a code was given out that lets a phone sign in as you"
    ),
    "device-enrolled": Both("उस कोड से एक फ़ोन जोड़ा गया", "a phone was enrolled with such a code"),
    "device-withdrawn": Both("जोड़ा हुआ फ़ोन हटाया गया", "an enrolled phone was shut out"),
    "passkey-added": Both("एक पासकी जोड़ी गई", "a passkey was added"),
    "passkey-removed": Both("एक पासकी हटाई गई", "a passkey was removed"),
    "passkey-copied": Both("एक पासकी की नकल मिली और वह बंद की गई", "a passkey seems to have been copied and was shut"),
}


def of_device(event: DeviceAdded) -> Message:
    """Tells the person of a sign-in on another device, in time to end it."""
    device = Both(event.name, event.name) if event.name else _UNNAMED
    return Message(
        recipient_id=event.person_id,
        kind="device-added",
        dedupe_key=f"device-added:{event.device_id}",
        text=render("device-added", {"date": day_of(event.added_at), "device": device}),
        refs={"device_id": event.device_id},
    )


def of_credential(event: CredentialChanged) -> Message:
    """Tells the person what has changed about how they sign in; a change of a newer release by its slug."""
    what = _CHANGES.get(event.what, Both(event.what, event.what))
    return Message(
        recipient_id=event.person_id,
        kind="credential-changed",
        dedupe_key=f"credential-changed:{event.change_id}",
        text=render("credential-changed", {"date": day_of(event.changed_at), "what": what}),
        refs={"change_id": event.change_id},
    )
