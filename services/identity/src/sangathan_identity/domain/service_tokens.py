"""An access token of another system, and the grant that it stands for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """A token as it is kept; ``grant_id`` is an appointment, ``scope`` holds actions by spaces."""

    id: UUID
    client_id: UUID
    grant_id: UUID
    scope: str
    issued_at: datetime
    expires_at: datetime
