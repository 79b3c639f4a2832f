"""Kinds of input that notify takes."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sangathan_chassis.fields import LINE_PATTERN, TEXT_PATTERN, one_line, several_lines


class Body(BaseModel):
    """A request body; an unknown field is refused, since it would be believed to have an effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reply(BaseModel):
    """A reply, as the OpenAPI document describes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Title = Annotated[
    str,
    Field(min_length=1, max_length=120, json_schema_extra={"pattern": LINE_PATTERN}),
    AfterValidator(one_line),
]
Prose = Annotated[
    str,
    Field(min_length=1, max_length=4000, json_schema_extra={"pattern": TEXT_PATTERN}),
    AfterValidator(several_lines),
]
