"""Strong ETags from a row's version: 304 for who has it, 412 for who is late, 428 for who does not say."""

from starlette.requests import Request
from starlette.responses import Response

from sangathan_chassis.refusal import PRECONDITION_FAILED, PRECONDITION_REQUIRED, Refusal


def etag(version: int, *, variant: str = "") -> str:
    """The strong entity tag of this version (RFC 9110, section 8.8.3); a variant tells masked from unmasked views."""
    return f'"{version}{"-" + variant if variant else ""}"'


def not_modified(request: Request, tag: str) -> Response | None:
    """A 304 when the caller's If-None-Match already has this tag."""
    given = request.headers.get("if-none-match", "")
    if tag in {part.strip().removeprefix("W/") for part in given.split(",")} or given.strip() == "*":
        return Response(status_code=304, headers={"etag": tag})
    return None


def require_match(request: Request, version: int) -> None:
    """Raises unless If-Match names this version: 428 without the header, 412 when the row has moved on."""
    given = request.headers.get("if-match", "")
    if not given:
        raise Refusal(PRECONDITION_REQUIRED, "Send If-Match with the ETag of the version you read.")
    versions = {part.strip().strip('"').split("-")[0] for part in given.split(",")}
    if given.strip() != "*" and str(version) not in versions:
        raise Refusal(PRECONDITION_FAILED, "Read it again, then change the newest version.")
