"""Reads JSON bodies with msgspec, and says by JSON pointers everything that is wrong with one, not only the first.

What is right takes one pass in C. Only a body that fails is looked at again, field by field.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, Generic, TypeVar

import msgspec
from fastapi import Request

from sangathan_chassis.refusal import INVALID_INPUT, MALFORMED_INPUT, Pointer, Refusal
from sangathan_registry.domain.particulars import ACCEPTED

T = TypeVar("T", bound=msgspec.Struct)

_JSON: Final = ("application/json", "")
_SENTENCES: Final = frozenset(ACCEPTED.values())
_MOST_FAULTS: Final = 50
MENDING: Final = "Each error names the place and what would be accepted."


class Body(Generic[T]):
    """A body of one type; unknown fields are refused."""

    def __init__(self, type_: type[T]) -> None:
        self.type = type_
        self._decoder = msgspec.json.Decoder(type_)

    async def read(self, request: Request) -> T:
        """The body; raises a refusal: malformed when it is not JSON, invalid with pointers otherwise."""
        refuse_other_media(request)
        return self.decode(await request.body())

    def decode(self, raw: bytes) -> T:
        """The body from its bytes; raises as `read` does."""
        read = self.attempt(raw)
        if isinstance(read, list):
            raise Refusal(INVALID_INPUT, MENDING, errors=read)
        return read

    def attempt(self, raw: bytes | msgspec.Raw) -> "T | list[Pointer]":
        """The body, or what is wrong with it, 50 places at most; raises a malformed refusal when it is not JSON."""
        try:
            return self._decoder.decode(raw)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            found = _faults(self.type, plain(bytes(raw)), "")
            return list(islice(found, _MOST_FAULTS)) or [Pointer("", sentence(""))]


def refuse_other_media(request: Request) -> None:
    """Raises a refusal for a body that does not call itself JSON."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in _JSON:
        raise Refusal(MALFORMED_INPUT, "Send the body as application/json.")


def plain(raw: bytes) -> Any:
    """The JSON document as plain values; raises a malformed refusal when it is none."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Refusal(MALFORMED_INPUT, "The body must be one well-formed JSON document in UTF-8.") from None


def refuse_if(faults: list[Pointer]) -> None:
    """Raises an invalid-input refusal when anything is wrong."""
    if faults:
        raise Refusal(INVALID_INPUT, MENDING, errors=faults)


def sentence(place: str, field: msgspec.structs.FieldInfo | None = None) -> str:
    """What a field takes, as its own description or the list of places such as ``consent/how`` says it."""
    described = _description(field)
    if described in _SENTENCES:
        return described
    return ACCEPTED.get(place) or ACCEPTED.get(place.rpartition("/")[2]) or described or ACCEPTED[""]


def _description(field: msgspec.structs.FieldInfo | None) -> str:
    metas = getattr(field.type, "__metadata__", ()) if field is not None else ()
    return next((meta.description for meta in metas if isinstance(meta, msgspec.Meta) and meta.description), "")


def _faults(type_: type[msgspec.Struct], value: Any, place: str) -> Iterator[Pointer]:
    if not isinstance(value, dict):
        yield Pointer(f"/{place}" if place else "", sentence(place))
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(type_)}
    below = f"{place}/" if place else ""
    for name in value.keys() - fields.keys():
        step = str(name)[:60].encode("utf-8", "replace").decode().replace("~", "~0").replace("/", "~1")
        yield Pointer(f"/{below}{step}", f"no such field; there are: {', '.join(fields) or 'none'}")
    for name, field in fields.items():
        if name in value:
            yield from _field_faults(field, value[name], below + name)
        elif field.required:
            yield Pointer(f"/{below}{name}", f"required: {sentence(below + name, field)}")


def _field_faults(field: msgspec.structs.FieldInfo, value: Any, place: str) -> Iterator[Pointer]:
    if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
        yield from _faults(field.type, value, place)
        return
    try:
        msgspec.json.decode(msgspec.json.encode(value), type=field.type)
    except (msgspec.MsgspecError, UnicodeError):
        yield Pointer(f"/{place}", sentence(place, field))
