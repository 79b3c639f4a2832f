"""What the routes about appointments take and give."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Path
from pydantic import Field, model_validator

from sangathan_chassis.fields import IsoMoment
from sangathan_identity.api.fields import Body, Name, Phone, Reply
from sangathan_identity.commands.appointee import NewPerson
from sangathan_identity.domain.units import Names

_ID = "0190d2f0-6c1e-7000-8000-000000000061"

AppointmentIdParam = Annotated[UUID, Path(description="An appointment at a unit within the caller's own.")]
Office = Annotated[
    str, Field(min_length=1, max_length=60, description="An office's slug.", examples=["mandal-president"])
]


class PersonIn(Body):
    """Somebody who has not signed in before; a known number needs its person's name."""

    name_hi: Name
    name_en: Name
    phone: Phone


class WhoseOffice(Body):
    """Who is to hold it, where, and from when."""

    person_id: UUID | None = Field(default=None, description="Somebody known; or give `person`.")
    person: PersonIn | None = Field(default=None, description="Somebody new; or give `person_id`.")
    unit_id: UUID = Field(description="A unit of the office's level, within the caller's own.")
    valid_from: IsoMoment | None = Field(default=None, description="The first moment; now when left out.")

    @model_validator(mode="after")
    def _one_person(self) -> Self:
        if (self.person_id is None) == (self.person is None):
            msg = "takes either person_id or person"
            raise ValueError(msg)
        return self


def appointee_of(body: WhoseOffice) -> UUID | NewPerson:
    """The person as commands take them."""
    if body.person is not None:
        return NewPerson(Names(body.person.name_hi, body.person.name_en), body.person.phone)
    assert body.person_id is not None  # noqa: S101 - the model takes exactly one of the two.
    return body.person_id


class AppointmentOut(Reply):
    """An appointment: regular, acting, or a delegation."""

    id: UUID
    person_id: UUID
    person_name_hi: str = Field(examples=["अनिल नमूना"])
    person_name_en: str = Field(examples=["Anil Namuna"])
    office: str = Field(examples=["mandal-president"])
    office_name_hi: str = Field(examples=["मंडल अध्यक्ष"])
    office_name_en: str = Field(examples=["Mandal President"])
    unit_id: UUID
    unit_name_hi: str = Field(examples=["ग्वालियर मंडल 2"])
    unit_name_en: str = Field(examples=["Gwalior Mandal 2"])
    path: str = Field(description="The unit's place in the tree.", examples=["in.mp.d07.v033.m02."])
    valid_from: datetime
    valid_to: datetime | None = Field(description="The moment from which it gives no rights; null is an open end.")
    appointed_by: UUID | None = Field(description="The person who appointed.")
    ended_at: datetime | None = Field(description="When it was ended before its time.")
    version: int
    acting: bool = Field(description="Held only until the office has a regular holder.", examples=[False])
    delegated_from: UUID | None = Field(description="Of a delegation: the appointment it comes from.", examples=[_ID])
    actions: list[str] = Field(
        description="Of a delegation: what it lends, as far as the giver's office allows it. Else empty.",
        examples=[["worker.list", "worker.read"]],
    )
