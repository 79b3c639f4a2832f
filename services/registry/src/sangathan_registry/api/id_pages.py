"""Pages of lists that are ordered by ids: where one begins, and the reply with the cursor of the next."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Response

from sangathan_chassis.replies import page_reply
from sangathan_registry.api.parts import Act, Look

Row = TypeVar("Row")


class IdPages:
    """The pages of one list for one caller; ``names`` are the list's and its filters', so that no other takes a cursor.

    ``start`` is the last id of the page before; None on the first.
    """

    def __init__(self, of: Look | Act, page: tuple[int, str | None], *names: object) -> None:
        self._of = of
        self._limit, cursor = page
        self._purpose = ":".join(map(str, (names[0], of.caller.unit_id, *names[1:])))
        self.start = UUID(of.parts.cursors.decode(cursor, purpose=self._purpose)[0]) if cursor else None

    def reply(
        self, rows: Sequence[Row], show: Callable[[Row], Any], id_of: Callable[[Any], UUID] = lambda row: row["id"]
    ) -> Response:
        """The page, of as many rows as it has and one more, which only says that there are more."""
        shown, following = rows[: self._limit], None
        if len(rows) > self._limit:
            following = self._of.parts.cursors.encode([str(id_of(shown[-1]))], purpose=self._purpose)
        return page_reply(self._of.request, [show(row) for row in shown], following)
