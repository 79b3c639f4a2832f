"""What is sealed as the queries meet it: fields of a record, the blind index that finds a phone, and answers."""

import asyncpg

from sangathan_chassis.sealing import Sealer
from sangathan_registry.store.sealed import open_content, open_revision, phone_index
from sangathan_registry.store.sealed_particulars import SealedFields, open_row


def sealed_of(sealer: Sealer, row: asyncpg.Record) -> SealedFields:
    """The sealed fields of a worker's row."""
    return open_row(sealer, row)


def content_of(sealer: Sealer, sealed: bytes) -> str:
    """The answers and evidence in a row."""
    return open_content(sealer, sealed)


def replaced_of(sealer: Sealer, before: bytes) -> str:
    """What a version replaced, in a row."""
    return open_revision(sealer, before)


def index_of(sealer: Sealer, phone: str) -> bytes:
    """What rows with this number are found by."""
    return phone_index(sealer, phone)
