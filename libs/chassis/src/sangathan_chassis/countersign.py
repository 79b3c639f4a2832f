"""What a service says when it has seen the head of another service's audit trail."""

from collections.abc import Mapping
from typing import Any, Final

from sangathan_chassis.sealing import Sealer

WITNESSED: Final = "trail.witness"
"""The action of an entry that countersigns another service's head."""


def countersignature(sealer: Sealer, head: Mapping[str, Any]) -> str:
    """What only a holder of the witness's key can say of a head: service, seq and hash under its MAC, in hex."""
    return sealer.index(f"{head['service']}|{head['seq']}|{head['hash']}", place=WITNESSED).hex()
