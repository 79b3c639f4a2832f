"""Finds the route of a request: one dictionary look-up for a fixed path, a walk over segments for one with ids."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sangathan_gateway.limits import Rate
from sangathan_gateway.stats import RouteStats
from sangathan_gateway.target import decoded


class Target(StrEnum):
    """How the unit that a request aims at is found, and so what range of units the assertion carries."""

    SCOPE = "scope"
    """The office's whole range, narrowed to ``unit_id`` when the query names one."""
    UNIT = "unit"
    """The unit named by ``{unit_id}`` in the path."""
    RECORD = "record"
    """A record by its id; the service looks only within the office's range."""
    BODY = "body"
    """The unit stands in the body; the service checks it against the office's range."""
    SELF = "self"
    """The caller's own things; no range of units."""
    PUBLIC = "public"
    """Nobody is asked who they are."""


OWN_SERVICE: Final = "gateway"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Route:
    """One operation of the API: where it goes, what right it needs, and its limits."""

    method: str
    template: str
    service: str
    action: str
    target: Target
    rate: Rate
    max_body: int
    timeout_s: float
    sensitive: bool
    reads: bool
    own_rate: bool
    passes_authorization: bool
    stats: RouteStats

    @property
    def key(self) -> str:
        """How the policy file names it: ``GET /v1/workers/{worker_id}``."""
        return f"{self.method} {self.template}"


Methods = dict[bytes, Route]
_NO_PARAMETERS: Final[dict[str, str]] = {}


class _Node:
    __slots__ = ("children", "methods", "parameter")

    def __init__(self) -> None:
        self.children: dict[bytes, _Node] = {}
        self.parameter: _Node | None = None
        self.methods: dict[bytes, tuple[Route, tuple[str, ...]]] = {}


class Router:
    """All routes; a fixed segment wins over an id at the same place."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._fixed: dict[bytes, Methods] = {}
        self._root = _Node()
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        method = route.method.encode()
        if "{" not in route.template:
            self._fixed.setdefault(route.template.encode(), {})[method] = route
            return
        node, names = self._root, []
        for segment in route.template.split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.children.setdefault(segment.encode(), _Node())
        node.methods[method] = (route, tuple(names))

    def find(self, method: bytes, path: bytes) -> tuple[Route | None, dict[str, str], tuple[str, ...]]:
        """The route with its path parameters; without a route, every method the path offers (none: no such path)."""
        methods = self._fixed.get(path)
        if methods is not None:
            route = methods.get(method)
            return route, _NO_PARAMETERS, () if route else _offered(methods)
        values: list[bytes] = []
        node = _walk(self._root, path.split(b"/"), 1, values)
        if node is None:
            return None, _NO_PARAMETERS, ()
        found = node.methods.get(method)
        if found is None:
            return None, _NO_PARAMETERS, _offered(node.methods)
        route, names = found
        return route, {name: decoded(value) for name, value in zip(names, values, strict=True)}, ()


def _walk(node: _Node, segments: list[bytes], at: int, values: list[bytes]) -> _Node | None:
    if at == len(segments):
        return node if node.methods else None
    segment = segments[at]
    child = node.children.get(segment)
    if child is not None and (found := _walk(child, segments, at + 1, values)) is not None:
        return found
    if node.parameter is None or not segment:
        return None
    values.append(segment)
    found = _walk(node.parameter, segments, at + 1, values)
    if found is None:
        values.pop()
    return found


def _offered(methods: Iterable[bytes]) -> tuple[str, ...]:
    """Every method a path answers to: HEAD wherever GET is, and OPTIONS always."""
    names = {method.decode() for method in methods} | {"OPTIONS"}
    if "GET" in names:
        names.add("HEAD")
    return tuple(sorted(names))
