"""Whatever a route's fields can find wrong is told in Hindi as well, with what they take, and without the input."""

import re
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from sangathan_chassis.complaints import in_hindi
from sangathan_chassis.problems import install
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=2, max_length=4, pattern="^[a-z]*$")]
    at: AwareDatetime | None = None
    ids: Annotated[list[UUID], Field(min_length=1, max_length=2)] = []
    inner: "Body | None" = None


def even(number: int) -> int:
    if number % 2:
        msg = "takes an even number"
        raise ValueError(msg)
    return number


app = FastAPI()
install(app)


@app.get("/")
async def read(  # noqa: PLR0917 - a field of each kind.
    unit_id: UUID,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    format_: Annotated[Literal["json", "html"], Query(alias="format")] = "json",
    share: Annotated[float, Query(gt=0, lt=1)] = 0.5,
    on: date | None = None,
    at: datetime | None = None,
    open_: Annotated[bool, Query(alias="open")] = True,  # noqa: FBT002 - a filter.
    even_: Annotated[int, AfterValidator(even), Query(alias="even")] = 2,
) -> None:
    """Takes a field of each kind."""


@app.post("/")
async def write(body: Body) -> None:
    """Takes a body."""


async def told(language: str, *, query: str = "", body: bytes | None = None) -> dict[str, str]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        headers = {"accept-language": language, "content-type": "application/json"}
        method = "GET" if body is None else "POST"
        answer = await client.request(method, f"/?{query}", content=body, headers=headers)
    problem = answer.json()
    where = {one["pointer"]: one["detail"] for one in problem.get("errors", ())}
    return where | {"": problem["detail"]}


async def test_a_query_field_that_is_missing_is_told_in_the_callers_language() -> None:
    hindi, english = await told("hi"), await told("en")
    assert hindi == {"#query/unit_id": "यह देना आवश्यक है", "": "हर त्रुटि में वह स्थान और वहाँ क्या स्वीकार्य है, लिखा है।"}
    assert english == {
        "#query/unit_id": "Field required",
        "": "Each error names the place and what would be accepted.",
    }


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("unit_id=bent&limit=abc&format=pdf&share=x&on=bent&at=bent&open=bent", None),
        ("unit_id=bent&limit=0&share=0", None),
        ("unit_id=bent&limit=201&share=1&on=2022-01-20T10:00:00", None),
        ("unit_id=bent&limit=1.5&share=nan", None),
        ("", b'{"name": "a", "at": "2022-01-20T10:30:00", "ids": [], "other": 1}'),
        ("", b'{"name": "bent and long", "at": "bent", "ids": ["bent"], "inner": []}'),
        ("", b'{"name": "AB", "at": [], "ids": "bent", "inner": {"name": 1}}'),
        ("", b'{"name": "ab", "ids": [1, 2, 3]}'),
        ("", b"[]"),
        ("", b"{"),
    ],
)
async def test_what_is_bent_is_told_in_hindi_and_never_repeated(query: str, body: bytes | None) -> None:
    hindi, english = await told("hi-IN", query=query, body=body), await told("en", query=query, body=body)
    assert hindi.keys() == english.keys()
    for place, sentence in hindi.items():
        assert re.search("[\u0900-\u097f]", sentence), (place, sentence)
        assert not re.search(r"bent|[{}]| or ", sentence), (place, sentence)
    assert not any("\u0900" <= letter <= "\u097f" for sentence in english.values() for letter in sentence)


async def test_a_validators_own_sentence_stays_as_it_is() -> None:
    assert (await told("hi", query=f"unit_id={UUID(int=0)}&even=3"))["#query/even"] == "takes an even number"


def test_a_refusal_is_told_in_hindi_as_far_as_its_sentences_are_known() -> None:
    errors = [Pointer("/a", "a name"), Pointer("/b", "required: a name"), Pointer("/c", "something else")]
    mending = "Each error names the place and what would be accepted."
    told = in_hindi(Refusal(INVALID_INPUT, mending, errors=errors, headers={"x": "y"}), {"a name": "नाम"})
    assert [one.detail for one in told.errors] == ["नाम", "आवश्यक: नाम", "something else"]
    assert (told.type, told.headers) == (INVALID_INPUT, {"x": "y"})
    assert told.detail.startswith("हर त्रुटि में")
