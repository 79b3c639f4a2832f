"""Phone numbers as the queries meet them: sealed in a row, or as the blind index that finds one."""

from sangathan_chassis.sealing import Sealer
from sangathan_registry.store.sealed import open_phone, phone_index


def phone_of(sealer: Sealer, sealed: bytes | None) -> str | None:
    """The number in a row."""
    return open_phone(sealer, sealed)


def index_of(sealer: Sealer, phone: str) -> bytes:
    """What rows with this number are found by."""
    return phone_index(sealer, phone)
