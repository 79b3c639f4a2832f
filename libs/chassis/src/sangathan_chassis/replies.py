"""Replies of hot reads: msgspec straight to bytes, with the headers that every list and every single read carries."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sangathan_chassis.etags import etag, not_modified

PRIVATE: Final = {"cache-control": "private, no-store"}


def json_reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The body as JSON, not to be kept by anybody on the way."""
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type="application/json",
        headers={**PRIVATE, **(headers or {})},
    )


def page_reply(request: Request, items: Sequence[Any], following: str | None) -> Response:
    """One page with its ``next`` and, when there is one, its Link (RFC 8288)."""
    headers = {}
    if following is not None:
        # Starlette's URL would be taken apart and put together three times for the same text.
        filters = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        query = urlencode([*filters, ("cursor", following)])
        headers["link"] = f'<{request.scope["raw_path"].decode("ascii")}?{query}>; rel="next"'
    return json_reply({"items": items, "next": following}, headers=headers)


def single_reply(request: Request, body: Any, version: int) -> Response:
    """One object with its strong ETag, or 304; the ETag covers the bytes, since counts may move within a version."""
    encoded = msgspec.json.encode(body)
    tag = etag(version, variant=hashlib.sha256(encoded).hexdigest()[:16])
    if unchanged := not_modified(request, tag):
        return unchanged
    return Response(encoded, media_type="application/json", headers={**PRIVATE, "etag": tag})
