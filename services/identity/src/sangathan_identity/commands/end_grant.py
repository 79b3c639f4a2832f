"""Takes back what another system was granted; its tokens of that grant are refused within moments."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Refusal
from sangathan_identity.commands.end_office import end_with_delegations
from sangathan_identity.domain.appointments import Appointment
from sangathan_identity.domain.refusals import GRANT_OVER
from sangathan_identity.store import appointments, audit, tree


@dataclass(frozen=True, slots=True)
class EndGrant:
    """Which grant."""

    grant_id: UUID


async def handle(work: Work, caller: Caller, command: EndGrant) -> Appointment:
    """The ended grant; whoever grants at the unit or above may end it, whoever gave it."""
    await tree.share_tree(work, caller)
    granted = await appointments.get_grant(work, command.grant_id)
    if not granted.gives_rights_after(work.now):
        raise Refusal(GRANT_OVER, "It was ended, or its date has passed.")
    [ended] = await end_with_delegations(work, granted)
    detail = {"client_id": str(ended.client_id), "office": ended.office}
    await audit.append(work, audit.Entry.done(caller, ended.id, ended.path, **detail))
    return ended
