"""Compares each drive's numbers, at every unit and day, with the rows that they tell of."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from tests.faults.ledger import Ledger
from tests.faults.places import Places

Key = tuple[Any, str, date, str]
"""Drive, path, day and which number."""

_NO_DAY: Final = date.min
_INDIA: Final = "({} AT TIME ZONE 'Asia/Kolkata')::date"
# Each gives drive, path, day and how many.
_ROWS: Final = {
    "target": "SELECT drive_id, path, '-infinity'::date, target FROM drive_booths",
    "booths": "SELECT drive_id, path, '-infinity'::date, 1 FROM drive_booths",
    "begun": "SELECT drive_id, path, begun_on, 1 FROM drive_booths WHERE begun_on IS NOT NULL",
    "finished": "SELECT drive_id, path, finished_on, 1 FROM drive_booths WHERE finished_on IS NOT NULL",
    "collected": "SELECT drive_id, path, '-infinity'::date, greatest(reported, received) FROM device_tallies",
    "accepted": f"SELECT drive_id, path, {_INDIA.format('captured_at')}, 1 FROM captures",  # noqa: S608
    "rejected": f"""SELECT drive_id, path, {_INDIA.format("received_at")}, 1 FROM rejected_records
        WHERE drive_id IS NOT NULL AND outcome = 'rejected'""",  # noqa: S608
    "waiting": f"""SELECT drive_id, path, {_INDIA.format("received_at")}, 1 FROM rejected_records
        WHERE drive_id IS NOT NULL AND outcome <> 'rejected'""",  # noqa: S608
    "flagged": "SELECT drive_id, path, day, 1 FROM drive_flags",
    "settled": "SELECT drive_id, path, day, 1 FROM drive_flags WHERE finding IN ('fine', 'withdrawn')",
}
_KEPT: Final = f"SELECT drive_id, path, day, active, {', '.join(_ROWS)} FROM {{}}"  # noqa: S608
_WORKED: Final = "SELECT drive_id, path, day, person_id FROM drive_days"
_BOOTHS: Final = f"""
SELECT b.drive_id, b.path FROM drive_booths b LEFT JOIN (
    SELECT drive_id, unit_id, count(*) AS n, min({_INDIA.format("captured_at")}) AS first FROM captures GROUP BY 1, 2
) AS c ON c.drive_id = b.drive_id AND c.unit_id = b.unit_id
WHERE b.accepted <> coalesce(c.n, 0) OR b.begun_on IS DISTINCT FROM c.first
    OR (b.finished_on IS NOT NULL) <> (b.target > 0 AND b.accepted >= b.target)
"""  # noqa: S608 - constants of this module.


async def wrong_numbers(places: Places, _ledger: Ledger) -> list[str]:
    """Every number of a drive that is not what the rows say, and every booth whose own sums are not."""
    truth: Counter[Key] = Counter()
    for number, statement in _ROWS.items():
        _spread(truth, number, await places.rows("registry", statement))
    truth.update(_worked(await places.rows("registry", _WORKED)))
    kept: Counter[Key] = Counter()
    for row in await places.rows("registry", _KEPT.format("drive_counts")):
        kept.update({(row["drive_id"], row["path"], row["day"], n): row[n] for n in (*_ROWS, "active")})
    waiting = await places.rows("registry", _KEPT.format("drive_deltas"))
    for number in _ROWS:
        _spread(kept, number, ((row["drive_id"], row["path"], row["day"], row[number]) for row in waiting))
    wrong = [key for key in kept.keys() | truth.keys() if kept[key] != truth[key]]
    differ = sorted(str((*key[1:], kept[key], truth[key])) for key in wrong)
    booths = [row["path"] for row in await places.rows("registry", _BOOTHS)]
    found = [f"number of a drive that is wrong: {len(differ)}, such as {differ[0]}"] if differ else []
    return [*found, *(f"booth of a drive whose own sums are wrong: {path}" for path in sorted(booths)[:3])]


def _above(path: str) -> list[str]:
    codes = path.rstrip(".").split(".")
    return [".".join(codes[:depth]) + "." for depth in range(1, len(codes) + 1)]


def _spread(into: Counter[Key], number: str, rows: Iterable[Any]) -> None:
    """Adds each row's number to its unit and to all above it."""
    for drive_id, path, day, n in rows:
        into.update({(drive_id, above, day, number): n for above in _above(path)})


def _worked(rows: Iterable[Any]) -> Counter[Key]:
    """How many people were at work, each once at every level and day."""
    ones = {(drive_id, above, day, person) for drive_id, path, day, person in rows for above in _above(path)}
    return Counter((drive_id, path, day, "active") for drive_id, path, day, _ in ones)
