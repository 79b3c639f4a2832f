"""What goes with records that are taken out of sight, and comes back with them: in one place for every such act."""

from collections.abc import Sequence
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_registry.store import consent_evidence, erasures, photos
from sangathan_registry.store.capsules import Capsule, Taken


async def take(work: Work, record_ids: Sequence[UUID]) -> Taken:
    """Takes it away; what merges took over, photos, and how people agreed."""
    adopted = await erasures.take_adopted(work, record_ids)
    return Taken(adopted, await photos.take(work, record_ids), await consent_evidence.take(work, record_ids))


async def give_back(work: Work, capsule: Capsule) -> None:
    """Puts it back to the records, wherever they stand by now."""
    await erasures.give_adopted(work, capsule.adopted)
    for photo in capsule.photos:
        await photos.put(work, photo)
    for one in capsule.evidence:
        await consent_evidence.put(work, one)
