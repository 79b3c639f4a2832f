"""Takes a request for a fixed path straight to its route, past the search through all routes.

FastAPI tries one route after another, a registry's two hundred, and solves each request's dependencies anew; for a page
of a list that is a third of all its work. A route whose path has no parameters, and whose dependencies are functions of
the request alone, needs neither: a look-up finds it, and its parameters are read by FastAPI's own reader. Everything
else, wrong methods included, goes the ordinary way.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from sangathan_chassis.edge import EdgeRoute, Handler

_Step = tuple[str, str, Callable[..., Awaitable[Any]]]


class Shortcut:
    """In front of a router; knows the routes that are reached by a look-up."""

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._handlers: dict[tuple[str, str], tuple[EdgeRoute, Handler]] = {}
        for route in routes:
            if isinstance(route, EdgeRoute) and "{" not in route.path and (call := _call(route.dependant)):
                handler = route.guarded(call)
                self._handlers |= {(method, route.path): (route, handler) for method in route.methods or ()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        found = self._handlers.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["route"], handler = found
        scope["path_params"] = {}
        response = await handler(Request(scope, receive, send))
        await response(scope, receive, send)


def _call(dependant: Dependant) -> Handler | None:
    """What calls the endpoint for a request; None when it asks for more than the request and its query."""
    endpoint = dependant.call
    steps = [step for one in dependant.dependencies if (step := _step(one))]
    if endpoint is None or not _answers_itself(endpoint):
        return None
    if len(steps) < len(dependant.dependencies) or not _is_plain(dependant):
        return None
    named = dependant.request_param_name

    async def call(request: Request) -> Response:
        values, errors = request_params_to_args(dependant.query_params, request.query_params)
        if errors:
            raise RequestValidationError(errors)
        if named is not None:
            values[named] = request
        for name, parameter, provide in steps:
            values[name] = await provide(**{parameter: request})
        return await endpoint(**values)  # type: ignore[no-any-return]  # Its annotation says so.

    return call


def _answers_itself(endpoint: Callable[..., Any]) -> bool:
    """Whether it gives a response, so that nothing is left to be made of what it returns."""
    given = inspect.signature(endpoint).return_annotation
    return inspect.iscoroutinefunction(endpoint) and isinstance(given, type) and issubclass(given, Response)


def _step(one: Dependant) -> _Step | None:
    """A dependency that is a plain function of the request."""
    if one.call is None or one.name is None or one.request_param_name is None:
        return None
    if not inspect.iscoroutinefunction(one.call):
        return None
    if one.dependencies or one.query_params or not _is_plain(one):
        return None
    return one.name, one.request_param_name, one.call


def _is_plain(one: Dependant) -> bool:
    return not (
        one.path_params
        or one.header_params
        or one.cookie_params
        or one.body_params
        or one.http_connection_param_name
        or one.response_param_name
        or one.background_tasks_param_name
        or one.security_scopes_param_name
        or one.own_oauth_scopes
    )
