"""What is sealed as the queries meet it: phone numbers, by the blind index that finds one too, and answers."""

from sangathan_chassis.sealing import Sealer
from sangathan_registry.store.sealed import open_content, open_phone, open_revision, phone_index


def phone_of(sealer: Sealer, sealed: bytes | None) -> str | None:
    """The number in a row."""
    return open_phone(sealer, sealed)


def content_of(sealer: Sealer, sealed: bytes) -> str:
    """The answers and evidence in a row."""
    return open_content(sealer, sealed)


def replaced_of(sealer: Sealer, before: bytes) -> str:
    """What a version replaced, in a row."""
    return open_revision(sealer, before)


def index_of(sealer: Sealer, phone: str) -> bytes:
    """What rows with this number are found by."""
    return phone_index(sealer, phone)
