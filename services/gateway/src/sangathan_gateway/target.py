"""Reads the request target strictly: what is bent is refused here, so that no two parts can read it differently."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from sangathan_gateway.problems import MALFORMED, Refused

MAX_PATH: Final = 1024
MAX_TARGET: Final = 8192

_PLAIN_PATH: Final = re.compile(rb"(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._~!$&'()*+,;=:@-]*)+")
_ESCAPED_PATH: Final = re.compile(rb"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)+")
_PLAIN_QUERY: Final = re.compile(rb"[A-Za-z0-9._~!$&'()*+,;=:@/?-]*")
_ESCAPED_QUERY: Final = re.compile(rb"(?:[\x21\x22\x24\x26-\x7e]|%[0-9A-Fa-f]{2})*")
_FORBIDDEN_IN_PATH: Final = re.compile(r"[\x00-\x1f\x7f-\x9f/\\%]")
_ORIGIN: Final = re.compile(rb"https?://[A-Za-z0-9.:\[\]-]+(?=/|\?|$)", re.IGNORECASE)


def read_target(raw: bytes) -> tuple[bytes, bytes]:
    """The path and the query as sent; raises Refused (400) for anything two parsers could read in two ways."""
    if len(raw) > MAX_TARGET:
        raise _bent(f"A request target has at most {MAX_TARGET} characters.")
    if raw[:1] != b"/":
        raw = _origin_form(raw)
    path, mark, query = raw.partition(b"?")
    if len(path) > MAX_PATH:
        raise _bent(f"A path has at most {MAX_PATH} characters.")
    if _PLAIN_PATH.fullmatch(path) is None:
        _check_escaped(path)
    if mark and _PLAIN_QUERY.fullmatch(query) is None:
        _check_query(query)
    return path, query


def decoded(segment: bytes) -> str:
    """A path segment without its percent-encoding; the segment has been checked by `read_target`."""
    return unquote_to_bytes(segment).decode() if b"%" in segment else segment.decode("ascii")


def _origin_form(raw: bytes) -> bytes:
    """The absolute form (RFC 9112, section 3.2.2) without scheme and authority."""
    origin = _ORIGIN.match(raw)
    if origin is None:
        raise _bent("A request target begins with a slash.")
    rest = raw[origin.end() :]
    return rest if rest.startswith(b"/") else b"/" + rest


def _check_escaped(path: bytes) -> None:
    if _ESCAPED_PATH.fullmatch(path) is None:
        raise _bent("A path has only the characters of RFC 3986, others percent-encoded, and no dot segments.")
    for segment in path.split(b"/"):
        try:
            text = unquote_to_bytes(segment).decode()
        except UnicodeDecodeError:
            raise _bent("Percent-encoding in a path must be UTF-8.") from None
        if text in {".", ".."} or _FORBIDDEN_IN_PATH.search(text):
            raise _bent("A path has no encoded slashes, control characters or dot segments.")


def _check_query(query: bytes) -> None:
    if _ESCAPED_QUERY.fullmatch(query) is None:
        raise _bent("A query has only printable ASCII, others percent-encoded.")
    try:
        text = unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        raise _bent("Percent-encoding in a query must be UTF-8.") from None
    if "\x00" in text:
        raise _bent("A query holds no NUL.")


def _bent(detail: str) -> Refused:
    return Refused(MALFORMED, detail)
