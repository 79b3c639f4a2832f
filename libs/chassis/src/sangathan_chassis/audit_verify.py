"""Finds what was deleted, changed or reordered on a service's audit trail, as the owner of its database.

The hashes are computed here anew, from the entries' text, and compared with the links and with the heads that other
services have countersigned.
"""

import hashlib
from collections.abc import AsyncIterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import asyncpg
import msgspec

from sangathan_chassis.countersign import WITNESSED, countersignature
from sangathan_chassis.scope import Scope, scope_statement
from sangathan_chassis.sealing import Sealer

_MOST_FAULTS = 100
_LINKED = """
SELECT l.seq, l.entry_id, l.hash, audit_text(e) AS text
FROM audit_links l LEFT JOIN audit_entries e ON e.id = l.entry_id
ORDER BY l.seq
"""
_BEHIND_THE_TRAIL = """
SELECT e.id FROM audit_entries e WHERE NOT EXISTS (SELECT FROM audit_links l WHERE l.entry_id = e.id)
    AND NOT EXISTS (SELECT FROM audit_pending p WHERE p.entry_id = e.id) ORDER BY e.id LIMIT $1
"""


class Witnessed(msgspec.Struct, frozen=True, kw_only=True):
    """A head of one service as another has countersigned it; ``genuine`` says whether the countersignature holds."""

    service: str
    seq: int
    hash: str
    genuine: bool


@dataclass(slots=True)
class Report:
    """What was found on one trail; it is whole when there are no faults."""

    entries: int = 0
    head: str = ""
    heads_checked: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, sentence: str) -> None:
        """Keeps the first hundred."""
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(sentence)

    def as_dict(self) -> dict[str, Any]:
        """For a machine to read."""
        return asdict(self)


async def verify(url: str, heads: Sequence[Witnessed]) -> Report:
    """Reads the whole trail in one snapshot; ``heads`` are those that others have countersigned for this service."""
    report = Report()
    expected = {head.seq: head for head in heads if head.genuine}
    report.faults += [
        f"the countersignature of head {head.seq} was forged or its key is gone" for head in heads if not head.genuine
    ]
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute(scope_statement(Scope.everything()))
            await _follow(connection.cursor(_LINKED, prefetch=5_000), expected, report)
            for row in await connection.fetch(_BEHIND_THE_TRAIL, _MOST_FAULTS):
                report.fault(f"entry {row['id']} was added without a link")
    finally:
        await connection.close()
    for seq in sorted(expected):
        report.fault(f"link {seq} and what came before it was countersigned, and is gone")
    return report


async def _follow(links: AsyncIterable[Any], expected: dict[int, Witnessed], report: Report) -> None:
    """Follows the links from the first; `expected` keeps the heads that were not met."""
    before, at = b"", 0
    async for link in links:
        at += 1
        if link["seq"] != at:
            report.fault(f"links {at} to {link['seq'] - 1} are missing")
            at = link["seq"]
        elif link["text"] is None:
            report.fault(f"entry {link['entry_id']} (link {at}) was removed")
        elif hashlib.sha256(before + link["text"].encode()).digest() != link["hash"]:
            report.fault(f"entry {link['entry_id']} (link {at}) was changed, or its link was")
        before = link["hash"]
        head = expected.pop(at, None)
        if head is not None:
            report.heads_checked += 1
            if head.hash != before.hex():
                report.fault(f"link {at} is another than the one that was countersigned")
        report.entries += 1
    report.head = before.hex()


async def witnessed_heads(url: str, sealer: Sealer) -> list[Witnessed]:
    """The heads that this service has countersigned for others."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(readonly=True):
            await connection.execute(scope_statement(Scope.everything()))
            rows = await connection.fetch(
                "SELECT detail::text FROM audit_entries WHERE action = $1 ORDER BY id", WITNESSED
            )
    finally:
        await connection.close()
    return [_witnessed(msgspec.json.decode(row["detail"]), sealer) for row in rows]


def _witnessed(said: dict[str, Any], sealer: Sealer) -> Witnessed:
    genuine = countersignature(sealer, said) == said["signature"]
    return Witnessed(service=said["service"], seq=said["seq"], hash=said["hash"], genuine=genuine)
