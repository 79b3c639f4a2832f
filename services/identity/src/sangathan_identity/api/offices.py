"""The catalogue of offices: what each may do, sees, gives and passes on. It is policy, not a secret."""

from typing import Any

from fastapi import Request, Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import declares, edge_router
from sangathan_chassis.replies import single_reply
from sangathan_contracts.offices import CATALOGUE, Office
from sangathan_identity.api.fields import Reply

router = edge_router(tags=["appointments"])


class OfficeOut(Reply):
    """An office, and the rights that come from it and end with it."""

    slug: str = Field(examples=["mandal-president"])
    level: str = Field(description="The rung of the ladder that it is held at.", examples=["mandal"])
    name_hi: str = Field(examples=["मंडल अध्यक्ष"])
    name_en: str = Field(examples=["Mandal President"])
    actions: dict[str, list[str]] = Field(
        description="What its holder may do, each with the field classes of people's records that it shows.",
        examples=[{"worker.list": ["contact", "open", "sensitive"], "unit.read": []}],
    )
    may_appoint: list[str] = Field(description="The offices it gives.", examples=[["booth-president", "vistarak"]])
    may_delegate: list[str] = Field(
        description="The actions its holder may pass on for a while.", examples=[["worker.list", "worker.read"]]
    )
    may_grant: list[str] = Field(
        description="The actions its holder may grant to another system.", examples=[["unit.read", "worker.count"]]
    )


class CatalogueOut(Reply):
    """All offices, highest level first, with the vocabulary they are written in."""

    levels: list[str] = Field(examples=[["nation", "state", "district", "vidhan-sabha", "mandal", "booth"]])
    field_classes: list[str] = Field(examples=[["open", "contact", "sensitive"]])
    actions: dict[str, str] = Field(
        description="Every action of an office in a sentence.", examples=[{"worker.list": "List and search workers"}]
    )
    longest_acting_days: int = Field(description="How long an acting charge lasts at most.", examples=[90])
    longest_delegation_days: int = Field(description="How long a delegation lasts at most.", examples=[90])
    longest_grant_days: int = Field(description="How long a grant to another system lasts at most.", examples=[180])
    offices: list[OfficeOut]


def _office(office: Office) -> dict[str, Any]:
    return {
        "slug": office.slug,
        "level": office.level,
        "name_hi": office.name_hi,
        "name_en": office.name_en,
        "actions": {action: sorted(CATALOGUE.fields_shown(office, action)) for action in sorted(office.actions)},
        "may_appoint": sorted(office.may_appoint),
        "may_delegate": sorted(CATALOGUE.may_delegate(office)),
        "may_grant": sorted(CATALOGUE.may_grant(office)),
    }


@router.get(
    "/v1/offices",
    summary="Read the catalogue of offices",
    response_model=CatalogueOut,
    responses=refuses(),
    **declares("office.read", opens="nothing"),
)
async def read_offices(request: Request) -> Response:
    """Gives the catalogue of this release with an ETag."""
    body = {
        "levels": CATALOGUE.levels,
        "field_classes": CATALOGUE.field_classes,
        "actions": dict(CATALOGUE.actions),
        "longest_acting_days": CATALOGUE.longest_acting_days,
        "longest_delegation_days": CATALOGUE.longest_delegation_days,
        "longest_grant_days": CATALOGUE.longest_grant_days,
        "offices": [_office(office) for office in CATALOGUE.offices.values()],
    }
    return single_reply(request, body, 1)
