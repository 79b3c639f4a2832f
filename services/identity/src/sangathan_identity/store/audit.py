"""Appends to the audit trail, in the same transaction as what it tells of."""

from sangathan_chassis.audit import Entry, append, append_all

__all__ = ["Entry", "append", "append_all"]
