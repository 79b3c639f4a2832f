"""The way past the search: whoever needs nothing but the request is found at once, the rest as ever."""

from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Response
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from sangathan_chassis.assertion import AssertionRefused
from sangathan_chassis.edge import CallerDep, declares, edge_router
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.shortcut import Shortcut

router = edge_router(tags=["things"])


class Thing(BaseModel):
    name: str


@router.get("/v1/things", **declares("thing.list"))
async def things(caller: CallerDep, limit: int = 50) -> Response:
    return Response(f"{caller.office}{limit}")


@router.get("/v1/things/{number}", **declares("thing.read"))
async def thing(caller: CallerDep, number: int) -> Response:
    return Response(f"{caller.office}{number}")


@router.post("/v1/things", **declares("thing.make"))
async def make(caller: CallerDep, body: Thing) -> Response:
    return Response(f"{caller.office}{body.name}")


@router.get("/v1/names", **declares("thing.names"))
async def names(caller: CallerDep) -> list[str]:
    return [caller.office]


class Nobody:
    """Vouches for nobody, which shows that a route was reached."""

    def verify(self, _token: str) -> None:
        raise AssertionRefused


async def searched(method: str, path: str) -> list[str]:
    """What was left to the search through all routes."""
    left: list[str] = []

    async def search(scope: Scope, _receive: Receive, _send: Send) -> None:
        left.append(scope["path"])

    async def nothing(_message: Any = None) -> Any:
        msg = "no route that is reached reads or answers before its caller is known"
        raise AssertionError(msg)

    app = SimpleNamespace(state=SimpleNamespace(verifier=Nobody()))
    scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b"", "app": app}
    await Shortcut(search, router.routes)(scope, nothing, nothing)
    return left


async def test_a_fixed_path_is_reached_without_a_search() -> None:
    with pytest.raises(Refusal):
        await searched("GET", "/v1/things")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/v1/things/7", id="a path with a parameter"),
        pytest.param("POST", "/v1/things", id="a body that FastAPI reads"),
        pytest.param("GET", "/v1/names", id="an answer that FastAPI makes"),
        pytest.param("HEAD", "/v1/things", id="a method that no route has"),
        pytest.param("GET", "/v1/nothing", id="a path that no route has"),
    ],
)
async def test_everything_else_is_searched_for(method: str, path: str) -> None:
    assert await searched(method, path) == [path]
