"""Time-ordered ids (UUIDv7, RFC 9562), so that new rows land at the right edge of an index."""

from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7


def uuid7() -> UUID:
    """A new UUIDv7 as the standard library's UUID."""
    return _uuid7()
