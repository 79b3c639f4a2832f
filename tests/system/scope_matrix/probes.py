"""What a probe is: the operation, how its request is made to point at a place, and how its answer reads in a cell."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import httpx

from tests.system.scope_matrix.ground import Bearer, Ground, Place
from tests.system.scope_matrix.records import Records

WHOSE: Final = ("mine", "another's")


@dataclass(frozen=True, slots=True)
class Ask:
    """The parts of a request; ``token`` stands in for the office-bearer's own."""

    ids: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    token: str | None = None
    form: dict[str, str] | None = None
    content: bytes | None = None


Reads: TypeAlias = Callable[[httpx.Response], str]
Blanks: TypeAlias = Callable[[dict[str, Any]], Any]


def outcome(reply: httpx.Response) -> str:
    """The status, and the problem's slug or OAuth's name for the error; a page for people has neither."""
    if reply.is_success or "json" not in reply.headers["content-type"]:
        return str(reply.status_code)
    told = reply.json()
    return f"{reply.status_code} {str(told.get('type') or told['error']).rpartition(':')[2]}"


def some(reply: httpx.Response) -> str:
    """For a list: whether anything is in it."""
    return f"{reply.status_code} {'some' if reply.json()['items'] else 'none'}" if reply.is_success else outcome(reply)


def untraced(body: dict[str, Any]) -> Any:
    """An answer without what names this one request."""
    return {name: value for name, value in body.items() if name != "trace_id"}


@dataclass(frozen=True, slots=True)
class Placed:
    """A probe that points at a unit, or at something that stands at one.

    Beside, above and at the twin the answer must be that for what does not exist, to the byte. ``from_above`` says
    that what a unit above has set up is seen below; ``everywhere`` that the contract answers for the whole record.
    """

    operation: str
    points: str
    build: Callable[[Records, Bearer, Place], Ask]
    reads: Reads = outcome
    blanks: Blanks = untraced
    from_above: bool = False
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A list without a filter by unit: is what stands at the place in it? ``from_above`` as above."""

    operation: str
    points: str
    record: Callable[[Records, Place], str]
    build: Callable[[Records, Bearer], Ask] = lambda _records, _bearer: Ask()
    from_above: bool = False


@dataclass(frozen=True, slots=True)
class Personal:
    """A probe about something that belongs to a person: one's own, another's, or nobody's."""

    operation: str
    points: str
    build: Callable[[Records, Bearer, str], Ask]


@dataclass(frozen=True, slots=True)
class Plain:
    """A probe that points at nothing: one cell for each office-bearer."""

    operation: str
    build: Callable[[Ground, Bearer], Ask] = lambda _ground, _bearer: Ask()
    points: str = ""


Probe: TypeAlias = Placed | Listed | Personal | Plain


def at_unit(name: str = "unit_id", **rest: str) -> Callable[[Records, Bearer, Place], Ask]:
    """A query that names the place's unit."""
    return lambda _records, _bearer, place: Ask(query={name: place.unit_id, **rest})
