"""Every refusal as ``application/problem+json`` (RFC 9457), in Hindi or English, without a trace of the inside."""

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sangathan_chassis.complaints import in_hindi, refusal_of
from sangathan_chassis.languages import prefers_hindi
from sangathan_chassis.logs import trace_id
from sangathan_chassis.refusal import (
    BUSY,
    FORBIDDEN,
    MALFORMED_INPUT,
    NOT_FOUND,
    UNAUTHENTICATED,
    Kind,
    ProblemType,
    Refusal,
)

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
STATUS = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.PRECONDITION_FAILED: 412,
    Kind.TOO_LARGE: 413,
    Kind.INVALID: 422,
    Kind.PRECONDITION_REQUIRED: 428,
    Kind.TOO_MANY: 429,
    Kind.BUSY: 503,
}
_METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed", Kind.INVALID, "This method is not offered here", "यह विधि यहाँ उपलब्ध नहीं है"
)
_UNEXPECTED = ProblemType("unexpected", Kind.BUSY, "Something went wrong on our side", "हमारी ओर से कुछ गड़बड़ हुई")
_BY_STATUS = {
    400: MALFORMED_INPUT,
    401: UNAUTHENTICATED,
    403: FORBIDDEN,
    404: NOT_FOUND,
    405: _METHOD_NOT_ALLOWED,
    503: BUSY,
}


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer's body; ``type`` is a URN since nothing needs to be looked up."""

    type: str
    title: str
    status: int
    detail: str = ""
    trace_id: str = ""
    errors: Sequence[dict[str, str]] = ()


def render(refusal: Refusal, *, hindi: bool = False, status: int | None = None) -> Response:
    """The problem answer for a refusal."""
    kind = refusal.type
    code = status or STATUS[kind.kind]
    body = ProblemBody(
        type=f"urn:sangathan:problem:{kind.slug}",
        title=kind.hi if hindi else kind.en,
        status=code,
        detail=refusal.detail,
        trace_id=trace_id.get(),
        errors=tuple({"pointer": e.pointer, "detail": e.detail} for e in refusal.errors),
    )
    said = {"vary": "accept-language", "content-language": "hi" if hindi else "en"}
    headers = {"cache-control": "private, no-store", **said, **refusal.headers}
    if kind.kind is Kind.BUSY and code == 503:
        headers.setdefault("retry-after", "1")
    return Response(msgspec.json.encode(body), status_code=code, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI, hindi: Mapping[str, str] = MappingProxyType({})) -> None:
    """Makes every way a request can fail answer with a problem; ``hindi`` has sentences of refusals, by the English."""
    app.state.hindi = hindi
    app.add_exception_handler(Refusal, _on_refusal)  # type: ignore[arg-type]  # Starlette's type is wider.
    app.add_exception_handler(RequestValidationError, _on_validation)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _on_http)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, _on_unexpected)


def _hindi(request: Request) -> bool:
    return prefers_hindi(request.headers.get("accept-language", ""))


async def _on_refusal(request: Request, error: Refusal) -> Response:
    hindi = _hindi(request)
    return render(in_hindi(error, request.app.state.hindi) if hindi else error, hindi=hindi)


async def _on_validation(request: Request, error: RequestValidationError) -> Response:
    hindi = _hindi(request)
    return render(refusal_of(error, hindi=hindi), hindi=hindi)


async def _on_http(request: Request, error: HTTPException) -> Response:
    kind = _BY_STATUS.get(error.status_code, MALFORMED_INPUT)
    detail = "" if error.status_code in {404, 405} else "The request cannot be read: check its encoding and media type."
    return render(Refusal(kind, detail, headers=error.headers), hindi=_hindi(request), status=error.status_code)


async def _on_unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected", exc_info=error)
    return render(Refusal(_UNEXPECTED), hindi=_hindi(request), status=500)
