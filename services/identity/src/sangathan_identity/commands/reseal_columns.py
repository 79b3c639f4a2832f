"""Seals everything anew that an earlier key has sealed: numbers, second factors, signing keys, successors of tokens."""

from sangathan_chassis.database import Database
from sangathan_chassis.resealing_command import reseal_columns
from sangathan_chassis.sealing import Sealer
from sangathan_identity.store import resealing


async def handle(database: Database, sealer: Sealer) -> int:
    """Renews every seal, showing how far it is; gives how many cannot be renewed."""
    return await reseal_columns(database, sealer, resealing.SEALED)
