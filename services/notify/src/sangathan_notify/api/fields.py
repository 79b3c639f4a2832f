"""Kinds of input that notify takes."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sangathan_chassis.fields import LINE_PATTERN, TEXT_PATTERN, few_fields, one_line, several_lines


class Body(BaseModel):
    """A request body; an unknown field is refused, since it would be believed to have an effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    _few = model_validator(mode="before")(few_fields)


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
