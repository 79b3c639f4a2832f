"""What the routes and consumers find in ``app.state.parts``."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from sangathan_chassis.pages import CursorCodec
from sangathan_hierarchy.replica import SqlReplica


@dataclass(frozen=True, slots=True)
class Parts:
    """Workshops' own objects."""

    cursors: CursorCodec
    replica: SqlReplica


async def _parts(request: Request) -> Parts:
    return request.app.state.parts  # type: ignore[no-any-return]  # Starlette's state is untyped.


PartsDep = Annotated[Parts, Depends(_parts)]
