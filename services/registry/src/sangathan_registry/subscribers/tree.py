"""What the registry does when the tree changes: its rows follow, in the transaction that changes its replica."""

from collections.abc import Mapping

from sangathan_chassis.consumer import Subscriber
from sangathan_chassis.database import Work
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.identity import AppointmentEnded, UnitMerged, UnitSplit
from sangathan_hierarchy.replica import Resettled, SqlReplica, decode
from sangathan_registry.commands import end_opening, rehome_workers
from sangathan_registry.commands.follow_tree import derive_everything, move_below
from sangathan_registry.commands.rehome_workers import RehomeWorkers


class RowsFollowTree:
    """Lets workers, consents, receipts, assignments, the trail and the counters follow a unit."""

    async def follow_move(self, work: Work, old_path: str, new_path: str) -> None:
        """Moves everything below a unit with it."""
        await move_below(work, old_path, new_path)

    async def follow_all(self, work: Work, resettled: Resettled) -> None:
        """Takes every row's path anew from the replica, and workers from units that were split or merged meanwhile."""
        await derive_everything(work)
        await rehome_workers.handle_missed(work, resettled)


async def on_unit_split(work: Work, envelope: Envelope) -> None:
    """Takes the named workers to the new unit."""
    event = decode(envelope, UnitSplit)
    await rehome_workers.handle(work, RehomeWorkers(event.unit.unit_id, event.created.unit_id, event.worker_ids))


async def on_unit_merged(work: Work, envelope: Envelope) -> None:
    """Takes the unit's workers and assignments to its successor."""
    event = decode(envelope, UnitMerged)
    await rehome_workers.handle(work, RehomeWorkers(event.unit.unit_id, event.into.unit_id))


def tree_handlers(replica: SqlReplica) -> Mapping[str, Subscriber]:
    """What the registry's one consumer of tree events does with each."""

    async def on_appointment_ended(work: Work, envelope: Envelope) -> None:
        """Ends the appointment, and with it whatever was opened under it."""
        await replica.on_appointment_ended(work, envelope)
        ended = decode(envelope, AppointmentEnded).appointment
        await end_opening.handle_end_of_appointment(work, ended.appointment_id)

    return {
        **replica.handlers(),
        AppointmentEnded.type: on_appointment_ended,
        UnitSplit.type: on_unit_split,
        UnitMerged.type: on_unit_merged,
    }
