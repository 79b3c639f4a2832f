"""Kinds of input that identity takes: mobile numbers, codes, names, and a body without unknown fields."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Final

import phonenumbers
from fastapi import Depends, Request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from sangathan_chassis.fields import LINE_PATTERN, few_fields, one_line
from sangathan_chassis.networks import household

_REGION: Final = "IN"
_CODE_DIGITS: Final = 6
_INDIA: Final = timezone(timedelta(hours=5, minutes=30))
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT_LENGTH: Final = 40


class Body(BaseModel):
    """A request body; an unknown field is refused, since it would be believed to have an effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    _few = model_validator(mode="before")(few_fields)


class Reply(BaseModel):
    """A reply, as the OpenAPI document describes it."""

    model_config = ConfigDict(frozen=True)


def as_mobile(text: str) -> str:
    """The number in E.164, Hindi digits included; raises ValueError unless it is an Indian or foreign mobile number."""
    wanted = "takes a mobile number such as 98765 43210 or +91 98765 43210"
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        raise ValueError(wanted) from None
    if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.MOBILE or number.extension:
        raise ValueError(wanted)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def as_code(text: str) -> str:
    """The code's six digits, Hindi ones included; raises ValueError otherwise."""
    digits = [unicodedata.decimal(letter, None) for letter in text if not letter.isspace()]
    if len(digits) != _CODE_DIGITS or None in digits:
        msg = f"takes the {_CODE_DIGITS} digits of the code"
        raise ValueError(msg)
    return "".join(map(str, digits))


def as_moment(value: object) -> datetime:
    """The moment that a date or a moment names, a date standing for the last moment of that day in India.

    Raises ValueError for anything else.
    """
    wanted = "takes a date such as 2022-01-20, or a moment with its offset such as 2022-01-20T10:30:00Z"
    if not isinstance(value, str) or len(value) > _MOMENT_LENGTH:
        raise ValueError(wanted)
    try:
        moment = datetime.fromisoformat(value)
        if _DATE.fullmatch(value):
            moment = (moment + timedelta(days=1)).replace(tzinfo=_INDIA) - timedelta(microseconds=1)
        utc = moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        raise ValueError(wanted) from None
    if utc is None:
        raise ValueError(wanted)
    return utc


def address_of(request: Request) -> str:
    """The address that the gateway vouches for, as it is counted."""
    return household(request.headers.get("x-forwarded-for", "")[:45])


def speaks_hindi(request: Request) -> bool:
    """Whether a message to the phone is best in Hindi: unless English is what the caller reads."""
    return not request.headers.get("accept-language", "").strip().lower().startswith("en")


Phone = Annotated[
    str,
    Field(
        min_length=8,
        max_length=32,
        description="A mobile number; without a country code it is taken for an Indian one. Hindi digits are read too.",
        examples=["+916000000001", "६००००००००१"],
    ),
    AfterValidator(as_mobile),
]
Code = Annotated[
    str,
    Field(min_length=6, max_length=16, description="The six digits of the one-time code.", examples=["482915"]),
    AfterValidator(as_code),
]
Password = Annotated[
    str,
    Field(min_length=1, max_length=200, examples=["seven-mango-trees"]),
    AfterValidator(lambda typed: unicodedata.normalize("NFKC", typed)),
]
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
AsOf = Annotated[
    datetime,
    BeforeValidator(as_moment),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": _MOMENT_LENGTH,
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}",
            "description": "As it stood then: a date (its last moment in India) or a moment with its offset.",
            "examples": ["2022-01-20"],
        }
    ),
]
Reason = Annotated[
    str,
    Field(min_length=1, max_length=500, description="Why, in a line, for the audit trail; no personal data."),
    AfterValidator(one_line),
]
Device = Annotated[
    str,
    Field(max_length=80, description="What to call this device in the list of sign-ins.", examples=["Redmi 9A"]),
]
DeviceToken = Annotated[
    str,
    Field(
        max_length=100,
        description="The `device_token` of an earlier sign-in on this device: it keeps a way in while strangers guess.",
        examples=["sgd_9nTqk2cVbB0yYJ1lqM0m3yTz6xgXH0b5p4u8sWcQd1E"],
    ),
]
Challenge = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        description="The `challenge` of the answer to asking for the code.",
        examples=["sgc_kq2y7c1mS3v5r8w0zT4u6x9A"],
    ),
]
AddressDep = Annotated[str, Depends(address_of)]
HindiDep = Annotated[bool, Depends(speaks_hindi)]
