"""The service's edge: checks the gateway's assertion, opens the unit of work, commits before the reply leaves.

Every route declares its action; one without does not start. Nothing but this module commits a request's work.
"""

import asyncio
import inspect
import logging
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from sangathan_chassis import faults
from sangathan_chassis.assertion import HEADER, AssertionRefused, Claims, Verifier
from sangathan_chassis.audit import append, refused, viewed
from sangathan_chassis.caller import Caller, Viewing
from sangathan_chassis.complaints import strangers
from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Database, Work
from sangathan_chassis.idempotency import Attempt
from sangathan_chassis.languages import prefers_hindi
from sangathan_chassis.logs import request_id
from sangathan_chassis.refusal import (
    BUSY,
    FORBIDDEN,
    MALFORMED_INPUT,
    UNAUTHENTICATED,
    Kind,
    Refusal,
)

log = logging.getLogger(__name__)

Opens = Literal["work", "look", "read", "nothing"]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class TreeGuard(Protocol):
    """Gives SQL that refuses a caller whose scope was resolved under another tree than this service's replica."""

    def __call__(self, caller: Caller, *, writes: bool) -> str:
        """The SQL, beginning with a semicolon, or an empty string."""
        ...


ACTION = "x-sangathan-action"
_OPENS = "x-sangathan-opens"
_ANY_QUERY = "x-sangathan-any-query"
_TREE_WAIT_S = 1.0
_CLAUSE_ENDS = re.compile(r"[.;:](?:\s|$)")
# What is refused for want of a right, or reads so; what one may not do with one's own sign-in, identity notes itself.
_ABOUT_RIGHTS = frozenset({Kind.NOT_FOUND, Kind.FORBIDDEN, Kind.TOO_MANY})


def declares(action: str, *, opens: Opens | None = None, any_query: bool = False) -> dict[str, Any]:
    """Keyword arguments for a route: the action it is, and what it opens (a GET reads, others work, unless said).

    What opens a "look" shows something and writes no more than that it did. No reply of it is kept: one given again
    would show what may be gone meanwhile, and nobody would have noted it.
    With ``any_query`` the route reads its query itself: OAuth has parameters that are not known passed over.
    """
    extra: dict[str, Any] = {ACTION: action}
    if opens:
        extra[_OPENS] = opens
    if any_query:
        extra[_ANY_QUERY] = True
    return {"openapi_extra": extra}


class EdgeRoute(APIRoute):
    """A route behind the gateway."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **kwargs: Any) -> None:
        super().__init__(path, endpoint, **{**kwargs, "summary": kwargs.get("summary") or _first_clause(endpoint)})
        extra = self.openapi_extra or {}
        if ACTION not in extra:
            msg = f"route {path} declares no action; a route without one does not start"
            raise TypeError(msg)

    def get_route_handler(self) -> Handler:
        """FastAPI's handler inside the assertion check and the unit of work."""
        return self.guarded(super().get_route_handler())

    def guarded(self, inner: Handler) -> Handler:
        """A handler of this route inside the assertion check and the unit of work."""
        extra = self.openapi_extra or {}
        action = str(extra.get(ACTION, ""))
        default: Opens = "read" if (self.methods or set()) <= {"GET", "HEAD"} else "work"
        opens: Opens = extra.get(_OPENS, default)
        known = {p.alias for p in self.dependant.query_params}
        any_query = bool(extra.get(_ANY_QUERY))

        async def handle(request: Request) -> Response:
            caller = _authorize(request, action)
            if not any_query:
                _refuse_unknown_filters(request, known)
            request.state.caller = caller
            token = request_id.set(caller.request_id)
            try:
                if caller.viewing is not None:
                    await _note_view(request, caller, caller.viewing, opens)
                return await _within_tree(request, caller, opens, inner)
            except Refusal as refusal:
                await _note_refusal(request, caller, refusal)
                raise
            finally:
                request_id.reset(token)

        return handle


def _first_clause(endpoint: Callable[..., Any]) -> str | None:
    """What an operation does in a few words, for lists of them: how its docstring begins."""
    said = inspect.getdoc(endpoint)
    return _CLAUSE_ENDS.split(" ".join(said.partition("\n\n")[0].split()), maxsplit=1)[0] if said else None


def edge_router(*, tags: list[str]) -> APIRouter:
    """A router whose every route stands behind the gateway's assertion."""
    return APIRouter(route_class=EdgeRoute, tags=list(tags), redirect_slashes=False)


def _authorize(request: Request, action: str) -> Caller:
    verifier: Verifier = request.app.state.verifier
    try:
        claims: Claims = verifier.verify(request.headers.get(HEADER, ""))
    except AssertionRefused:
        raise Refusal(UNAUTHENTICATED, "This service answers only through the gateway.") from None
    if (claims.act, claims.m, claims.p) != (
        action,
        request.method,
        request.scope["raw_path"].decode("ascii", "replace"),
    ):
        raise Refusal(UNAUTHENTICATED, "This service answers only through the gateway.")
    return Caller.from_claims(claims)


async def _note_view(request: Request, caller: Caller, viewing: Viewing, opens: Opens) -> None:
    """Who looks through another's eyes only looks; it is on the trail before anything is shown, or nothing is shown."""
    if request.method not in {"GET", "HEAD"} and opens != "read":
        raise Refusal(FORBIDDEN, "Through another's eyes one only looks.")
    database: Database = request.app.state.database
    async with faults.translated(), database.work(caller.scope) as work:
        await append(work, viewed(caller, viewing, caller.scope.lo))


async def _note_refusal(request: Request, caller: Caller, refusal: Refusal) -> None:
    """Puts a refusal under an office on the trail, after its work was rolled back; it stands even if that fails."""
    if caller.appointment_id is None or refusal.type.kind not in _ABOUT_RIGHTS:
        return
    database: Database = request.app.state.database
    route = f"{request.method} {request.url.path}"
    try:
        async with faults.translated(), database.work(caller.scope) as work:
            await append(work, refused(caller, refusal.type.slug, route))
    except Exception as error:
        log.exception("a refusal is not on the trail", exc_info=error)


def _refuse_unknown_filters(request: Request, known: set[str]) -> None:
    """An unknown or repeated filter would widen the answer silently, so it is refused."""
    names = [name for name, _ in request.query_params.multi_items()]
    wrong = [name for name in dict.fromkeys(names) if name not in known or names.count(name) > 1]
    if wrong:
        raise strangers(wrong, known, hindi=prefers_hindi(request.headers.get("accept-language", "")))


async def _within_tree(request: Request, caller: Caller, opens: Opens, inner: Handler) -> Response:
    """Waits briefly when this replica of the tree is behind the gateway's; a moved scope is resolved anew there."""
    tree_guard: TreeGuard = request.app.state.tree_guard
    guard = tree_guard(caller, writes=opens in {"work", "look"}) if caller.unit_id and opens != "nothing" else ""
    deadline = asyncio.get_running_loop().time() + _TREE_WAIT_S
    if request.method not in {"GET", "HEAD"}:
        await request.body()
    while True:
        try:
            return await _transact(request, caller, opens, (guard, inner))
        except faults.TreeBehind:
            if asyncio.get_running_loop().time() > deadline:
                raise Refusal(
                    BUSY, "The unit tree is being brought up to date here.", headers={"retry-after": "1"}
                ) from None
            await asyncio.sleep(0.05)


async def _transact(request: Request, caller: Caller, opens: Opens, rest: tuple[str, Handler]) -> Response:
    guard, inner = rest
    database: Database = request.app.state.database
    if opens == "nothing":
        # Such a route opens its own transactions, and the database can be away for it as for any other.
        async with faults.translated():
            return await inner(request)
    if opens == "read":
        async with faults.translated(), database.read(caller.scope, guard=guard) as connection:
            request.state.read = connection
            return await inner(request)
    try:
        async with faults.translated(), database.work(caller.scope, guard=guard) as work:
            request.state.work = work
            response = await (_once(request, caller, inner) if opens == "work" else inner(request))
            if response.status_code >= 400:
                raise _RolledBack(response)  # noqa: TRY301 - only an exception rolls the work back.
            return response
    except _RolledBack as rolled_back:
        return rolled_back.response


class _RolledBack(Exception):  # noqa: N818 - control flow of this module.
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def _once(request: Request, caller: Caller, inner: Handler) -> Response:
    key = request.headers.get("idempotency-key")
    if key is None or request.method != "POST":
        return await inner(request)
    if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise Refusal(MALFORMED_INPUT, "Idempotency-Key takes 1 to 255 visible ASCII characters, such as a UUID.")
    work: Work = request.state.work
    who = str(caller.person_id or "")
    # A trial and the act itself may differ in nothing but the query.
    route = f"{request.url.path}?{request.url.query}".rstrip("?")
    attempt = Attempt.of(key, caller=who, route=route, body=await request.body())
    if earlier := await attempt.replay(work.raw):
        return earlier
    response = await inner(request)
    if response.status_code < 400:
        await work.session.flush()
        await attempt.keep(work.raw, response, work.now)
    return response


async def _caller(request: Request) -> Caller:
    return request.state.caller  # type: ignore[no-any-return]  # Starlette's state is untyped.


async def _work(request: Request) -> Work:
    return request.state.work  # type: ignore[no-any-return]


async def _read(request: Request) -> Connection:
    return request.state.read  # type: ignore[no-any-return]


CallerDep = Annotated[Caller, Depends(_caller)]
WorkDep = Annotated[Work, Depends(_work)]
ReadDep = Annotated[Connection, Depends(_read)]


def no_tree(caller: Caller, *, writes: bool) -> str:  # noqa: ARG001 - the shape of a TreeGuard.
    """The guard of a service that keeps no replica of the tree."""
    return ""
