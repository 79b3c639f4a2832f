"""Kinds of input that workshops takes, and how ids and names are described."""

from datetime import date, time
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from sangathan_chassis.fields import LINE_PATTERN, few_fields, one_line


class Body(BaseModel):
    """A request body; an unknown field is refused, since it would be believed to have an effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    _few = model_validator(mode="before")(few_fields)


class Reply(BaseModel):
    """A reply, as the OpenAPI document describes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="One line in its script; kept as Unicode NFC.",
        json_schema_extra={"pattern": LINE_PATTERN},
    ),
    AfterValidator(one_line),
]
Day: TypeAlias = date
# JSON Schema's own format `time` wants an offset (RFC 3339), which the hour on a hall's door has not.
Hour = Annotated[time, WithJsonSchema({"type": "string", "pattern": r"^[0-2][0-9]:[0-5][0-9]:[0-5][0-9]$"})]
Slug = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9-]+$")]

PlanIdParam = Annotated[UUID, Path(description="A plan's id.")]
WorkshopIdParam = Annotated[UUID, Path(description="A workshop's id.")]
InvitationIdParam = Annotated[UUID, Path(description="An invitation of one's own.")]
