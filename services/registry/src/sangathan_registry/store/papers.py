"""The serials of printed papers: each is given out once, whatever becomes of the paper."""

from sangathan_chassis.database import Work
from sangathan_registry.domain.paper import printed_serial


async def take_serials(work: Work, count: int) -> list[str]:
    """That many serials that no paper has."""
    rows = await work.raw.fetch("SELECT nextval('paper_serials') AS number FROM generate_series(1, $1)", count)
    return [printed_serial(row["number"]) for row in rows]
