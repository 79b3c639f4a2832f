"""Everything that the registry seals in its tables, and what an earlier release has kept in columns of its own."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.resealing import SealedColumn
from sangathan_chassis.sealing import Sealer
from sangathan_registry.store import (
    answers,
    capsules,
    cases,
    consent_evidence,
    exports,
    grievances,
    imports,
    photos,
    sealed,
    sealed_particulars,
    text_messages,
)

# An erasure that is undone gives back what merges took over, so erasures come before it.
SEALED: Final[tuple[SealedColumn, ...]] = (
    sealed_particulars.SEALED,
    *capsules.SEALED,
    *grievances.SEALED,
    text_messages.SEALED,
    photos.SEALED,
    consent_evidence.SEALED,
    answers.SEALED,
    *sealed.COLUMNS,
    *cases.SEALED,
    *exports.SEALED,
    *imports.SEALED,
)

_EARLIER: Final = "phone IS NOT NULL OR relation_name IS NOT NULL"
_COUNT: Final = f"SELECT count(*) FROM workers WHERE {_EARLIER}"  # noqa: S608 - constants.
_SOME: Final = f"""
SELECT id, relation_name, phone, sealed FROM workers WHERE ({_EARLIER}) AND id > $1 ORDER BY id LIMIT $2
FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - constants.
_TAKE_IN: Final = """
UPDATE workers w SET sealed = s.sealed, phone = NULL, relation_name = NULL
FROM unnest($1::uuid[], $2::bytea[]) AS s (id, sealed) WHERE w.id = s.id
"""


async def unmoved(work: Work) -> int:
    """How many rows an earlier release has written."""
    return int(await work.raw.fetchval(_COUNT))


async def take_in_some(work: Work, sealer: Sealer, after: UUID, most: int) -> Sequence[UUID]:
    """Puts the next of these rows' fields under one seal; gives their ids. Raises Unsealable when a key is gone."""
    rows = await work.raw.fetch(_SOME, after, most)
    renewed = [
        sealed_particulars.seal_fields(sealer, row["id"], sealed_particulars.open_row(sealer, row)) for row in rows
    ]
    ids = [row["id"] for row in rows]
    await work.raw.execute(_TAKE_IN, ids, renewed)
    return ids
