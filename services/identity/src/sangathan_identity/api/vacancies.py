"""Which units lack the holder of an office."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, declares, edge_router
from sangathan_chassis.pages import CursorParam, Limit, Page, below, path_of
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.replies import page_reply
from sangathan_contracts.offices import CATALOGUE, Office
from sangathan_identity.api.fields import Reply
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.queries.vacancies import VacancyFilter, list_vacancies

router = edge_router(tags=["appointments"])

_ID = "0190d2f0-6c1e-7000-8000-000000000061"


class VacancyOut(Reply):
    """A unit without the holder of the office."""

    unit_id: UUID = Field(examples=[_ID])
    path: str = Field(description="The unit's place in the tree.", examples=["in.mp.d07.v033.m02.b0171."])
    unit_name_hi: str = Field(examples=["पथरिया बूथ 5"])
    unit_name_en: str = Field(examples=["Pathariya Booth 5"])
    acting_appointment_id: UUID | None = Field(description="Who acts in the office meanwhile.", examples=[_ID])
    acting_until: datetime | None = Field(
        description="Until when, if nobody is appointed before.", examples=["2022-03-31T00:00:00Z"]
    )


@router.get(
    "/v1/vacancies",
    summary="List the units that lack the holder of an office",
    response_model=Page[VacancyOut],
    responses=refuses(404),
    **declares("vacancy.list"),
)
async def read_vacancies(
    *,
    request: Request,
    caller: CallerDep,
    read: ReadDep,
    parts: PartsDep,
    office: Annotated[str, Query(max_length=60, description="Which office.", examples=["booth-president"])],
    unit_id: Annotated[UUID | None, Query(description="Only at this unit or beneath it.")] = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Gives units of the office's level that have no holder now, in the order of their paths."""
    wanted = VacancyFilter(_known(office), unit_id)
    purpose = f"vacancies:{office}:{unit_id}"
    after = path_of(parts.cursors.decode(cursor, purpose=purpose)[0], caller.scope) if cursor else ""
    rows = await list_vacancies(read, caller.scope, wanted, now=parts.clock.now(), after=after, limit=limit + 1)
    following = None
    if len(rows) > limit:
        following = parts.cursors.encode([below(rows[limit - 1].path, caller.scope)], purpose=purpose)
    return page_reply(request, rows[:limit], following)


def _known(slug: str) -> Office:
    office = CATALOGUE.find(slug)
    if office is None:
        raise Refusal(
            INVALID_INPUT,
            "Each error names the place and what would be accepted.",
            errors=[Pointer("#query/office", f"takes one of: {', '.join(sorted(CATALOGUE.offices))}")],
        )
    return office
