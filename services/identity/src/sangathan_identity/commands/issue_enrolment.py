"""Gives out a code by which the holder of an appointment enrols a device before the drive begins."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.own_session import announce_change
from sangathan_identity.commands.reach import person_in_reach
from sangathan_identity.domain.enrolments import CODE_LETTERS, MOST_OPEN, Enrolment
from sangathan_identity.domain.refusals import APPOINTMENT_OVER, PERSON_SUSPENDED, TOO_MANY_ENROLMENTS
from sangathan_identity.domain.secrets_for_people import new_secret
from sangathan_identity.store import appointments, audit, enrolments, tree


@dataclass(frozen=True, slots=True)
class IssueEnrolment:
    """For which appointment's holder, and for how long the code is good."""

    appointment_id: UUID
    valid_for: timedelta


@dataclass(frozen=True, slots=True)
class Issued:
    """The enrolment with its code, which is shown this once."""

    enrolment: Enrolment
    code: str


async def handle(work: Work, caller: Caller, command: IssueEnrolment, sealer: Sealer) -> Issued:
    """The code; only for somebody all of whose offices the caller could have given, since a device acts as them all."""
    await tree.share_tree(work, caller)
    appointment = await appointments.get_appointment(work, command.appointment_id)
    person = await person_in_reach(work, caller, appointment.person_id)
    if person.suspended_at is not None:
        raise Refusal(PERSON_SUSPENDED)
    if not appointment.gives_rights_after(work.now):
        raise Refusal(APPOINTMENT_OVER, "Only for an appointment that still gives rights, or is to.")
    if await enrolments.count_open(work, appointment.id) >= MOST_OPEN:
        raise Refusal(TOO_MANY_ENROLMENTS, "Withdraw one that was not used, then give out another.")
    code = new_secret(CODE_LETTERS)
    enrolment = Enrolment(uuid7(), appointment.id, person.id, work.now, work.now + command.valid_for)
    await enrolments.insert_enrolment(work, enrolment, enrolments.code_hash(code, sealer), caller.person)
    announce_change(work, person.id, "device-enrolment-issued")
    detail = {"appointment": str(appointment.id), "enrolment": str(enrolment.id)}
    await audit.append(work, audit.Entry.done(caller, person.id, appointment.path, **detail))
    return Issued(enrolment, code)
