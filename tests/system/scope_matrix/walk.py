"""Tries every probe as every office-bearer, writes the table, and notes where an answer tells what it must not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import httpx

from tests.system.scope_matrix.ground import ABSENT, MISSING, POSITIONS, Bearer, Ground, Place
from tests.system.scope_matrix.probes import (
    WHOSE,
    Ask,
    Blanks,
    Listed,
    Personal,
    Placed,
    Plain,
    Probe,
    outcome,
    untraced,
)
from tests.system.scope_matrix.records import CannotBeError, Records

EMPTY: Final = "-"
_MOST_PAGES: Final = 50
_OUTSIDE: Final = ("sibling", "parent", "twin")


@dataclass(slots=True)
class Walk:
    """The lines of the table so far, and the leaks found on the way."""

    ground: Ground
    lines: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)

    def table(self, probes: Sequence[Probe]) -> str:
        """The whole table."""
        for probe in sorted(probes, key=lambda one: (one.operation.split()[::-1], one.points)):
            self.lines += ["", f"{probe.operation}   {probe.points}{self._noted(probe)}"]
            self._rows(probe)
        return "\n".join(line.rstrip() for line in self.lines[1:]) + "\n"

    def _noted(self, probe: Probe) -> str:
        if isinstance(probe, Placed) and probe.everywhere:
            return "   (answers for the whole record)"
        return "   (seen from below)" if isinstance(probe, Placed | Listed) and probe.from_above else ""

    def _rows(self, probe: Probe) -> None:
        bearers = self.ground.bearers
        people = [bearer for bearer in bearers if "own" in bearer.positions]
        if isinstance(probe, Plain):
            self._write([], [(bearer.level, [self._try(bearer, probe)]) for bearer in people])
        elif isinstance(probe, Placed):
            self._write([*POSITIONS, MISSING], [(bearer.level, self._placed(bearer, probe)) for bearer in bearers])
        elif isinstance(probe, Listed):
            self._write(POSITIONS, [(bearer.level, self._listed(bearer, probe)) for bearer in bearers])
        else:
            self._write([*WHOSE, MISSING], [(bearer.level, self._personal(bearer, probe)) for bearer in people])

    def _write(self, columns: Sequence[str], rows: Sequence[tuple[str, list[str]]]) -> None:
        """A line for each office-bearer; those who get the same wherever the place is share one at the end."""
        same: dict[str, list[str]] = {}
        differing = []
        for level, cells in rows:
            found = {cell for cell in cells if cell != EMPTY}
            if len(found) == 1:
                same.setdefault(found.pop(), []).append(level)
            elif found:
                differing.append([level, *cells])
        if differing:
            table = [["", *columns], *differing]
            widths = [max(map(len, column)) + 3 for column in zip(*table, strict=True)]
            self.lines += ["  " + "".join(map(str.ljust, row, widths)) for row in table]
        self.lines += [f"  {cell}: {', '.join(levels)}" for cell, levels in sorted(same.items())]

    # The four kinds.

    def _try(self, bearer: Bearer, probe: Plain) -> str:
        return outcome(self._send(bearer, probe.operation, probe.build(self.ground, bearer)))

    def _placed(self, bearer: Bearer, probe: Placed) -> list[str]:
        def ask(place: Place | None) -> Ask:
            if place is None:
                raise CannotBeError
            return probe.build(Records(self.ground), bearer, place)

        missing = self._send(bearer, probe.operation, ask(ABSENT))
        cells = []
        for position, place in self._places(bearer):
            reply = self._attempt(bearer, probe.operation, partial(ask, place))
            cells.append(probe.reads(reply) if reply is not None else EMPTY)
            hidden = position in _OUTSIDE and not probe.everywhere and not (position == "parent" and probe.from_above)
            if reply is not None and hidden:
                self._compare(
                    f"{probe.operation} {probe.points}: {bearer.level} {position}", reply, missing, probe.blanks
                )
        return [*cells, probe.reads(missing)]

    def _listed(self, bearer: Bearer, probe: Listed) -> list[str]:
        records, cells = Records(self.ground), []
        for position, place in self._places(bearer):
            try:
                wanted = probe.record(records, place) if place else None
            except CannotBeError:
                wanted = None
            cell = self._sight(bearer, probe, wanted) if wanted else EMPTY
            cells.append(cell)
            hidden = position in _OUTSIDE and not (position == "parent" and probe.from_above)
            if hidden and cell.endswith(" seen"):
                self.leaks.append(f"{probe.operation}: {bearer.level} sees {probe.points} at {position}")
        return cells

    def _personal(self, bearer: Bearer, probe: Personal) -> list[str]:
        def attempt(whose: str) -> httpx.Response | None:
            return self._attempt(bearer, probe.operation, lambda: probe.build(Records(self.ground), bearer, whose))

        mine, others, missing = (attempt(whose) for whose in (*WHOSE, MISSING))
        assert others is not None
        assert missing is not None
        self._compare(f"{probe.operation}: {bearer.level}, another's", others, missing, untraced)
        return [EMPTY if reply is None else outcome(reply) for reply in (mine, others, missing)]

    # Their parts.

    def _places(self, bearer: Bearer) -> Iterator[tuple[str, Place | None]]:
        return ((position, bearer.positions.get(position)) for position in POSITIONS)

    def _sight(self, bearer: Bearer, probe: Listed, wanted: str) -> str:
        asked = probe.build(Records(self.ground), bearer)
        query = {"limit": "200", **asked.query}
        for _ in range(_MOST_PAGES):
            reply = self._send(bearer, probe.operation, Ask(asked.ids, query, asked.body))
            if not reply.is_success:
                return outcome(reply)
            page: Any = reply.json()
            if any(item["id"] == wanted for item in page["items"]):
                return "200 seen"
            if not page["next"]:
                return "200 unseen"
            query["cursor"] = page["next"]
        raise AssertionError(f"{probe.operation} has more pages than a list to be walked may have")

    def _attempt(self, bearer: Bearer, operation: str, ask: Callable[[], Ask]) -> httpx.Response | None:
        try:
            return self._send(bearer, operation, ask())
        except CannotBeError:
            return None

    def _send(self, bearer: Bearer, operation: str, ask: Ask) -> httpx.Response:
        method, path = operation.split()
        more: dict[str, Any] = {"headers": {"Sangathan-Appointment": bearer.sign_in.appointment_id, **ask.headers}}
        if ask.body is not None:
            more["json"] = ask.body
        if ask.content is not None:
            more["content"] = ask.content
        if ask.form is not None:
            more["data"] = ask.form
        token = bearer.token if ask.token is None else ask.token
        return self.ground.send(token, method, path.format(**ask.ids), params=ask.query, **more)

    def _compare(self, where: str, reply: httpx.Response, missing: httpx.Response, blanks: Blanks) -> None:
        """Whatever is outside must read as what does not exist: status, kind and body."""

        def told(answer: httpx.Response) -> tuple[int, str, Any]:
            kind = answer.headers["content-type"]
            return answer.status_code, kind, blanks(answer.json()) if "json" in kind else answer.text

        if told(reply) != told(missing):
            self.leaks.append(f"{where}: {reply.status_code} {reply.text[:200]}, missing: {missing.text[:200]}")
