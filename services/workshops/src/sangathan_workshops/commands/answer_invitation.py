"""An invitee accepts or declines."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_contracts.workshops import InvitationAnswered
from sangathan_workshops.domain.invitation import Answer
from sangathan_workshops.store.invitations import lock_own_invitation, write_answer


@dataclass(frozen=True, slots=True)
class AnswerInvitation:
    """The invitee's answer to an invitation of their own."""

    invitation_id: UUID
    person_id: UUID
    answer: Answer


async def handle(work: Work, command: AnswerInvitation) -> None:
    """Writes the answer and announces it; the same answer again changes nothing. Raises Refusal after attendance."""
    invitation = await lock_own_invitation(work, command.invitation_id, command.person_id)
    if invitation is None:
        raise Refusal(NOT_FOUND)
    if not invitation.changes_to(command.answer):
        return
    version = await write_answer(work, invitation, command.answer)
    event = InvitationAnswered(
        invitation_id=invitation.id,
        workshop_id=invitation.workshop_id,
        person_id=invitation.person_id,
        answer=command.answer.value,
        version=version,
    )
    work.publish(event, path=invitation.path)
