"""`sangathan export` against a gateway that answers as ours does: it waits, fetches, and leaves no half file."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner, Result

from sangathan_cli.faults import CliFault
from sangathan_cli.main import app

UNIT = "0c7d4e9a-5b0f-5a53-8f6b-2d9f3a1c6e78"
CONTENT = b"\xef\xbb\xbf# mark\r\nid\r\n" + b"1\r\n" * 50_000


@dataclass
class Told:
    """What the gateway was asked, and what it is to do."""

    states: list[str] = field(default_factory=lambda: ["making", "ready"])
    breaks_off: bool = False
    wants_step_up: bool = False
    stop: str = "office-ended"
    asked: list[tuple[str, str, Any]] = field(default_factory=list)


class Gateway(BaseHTTPRequestHandler):
    told: ClassVar[Told]
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's.
        pass

    def answer(self, body: Any, status: int = 200, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        kind = "text/csv" if isinstance(body, bytes) else "application/json"
        size = len(content) * (2 if isinstance(body, bytes) and self.told.breaks_off else 1)
        for name, value in {"content-type": kind, "content-length": str(size), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = size != len(content)

    def export(self, state: str) -> dict[str, Any]:
        return {"id": "e1", "state": state, "rows": 50_000, "stop": self.told.stop, "file": "/v1/exports/e1/file"}

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])) or b"{}")
        self.told.asked.append(("POST", self.path, body))
        if self.path == "/v1/exports":
            self.answer(self.export("waiting"), 202)
        else:
            self.answer({"access_token": "vouched" if self.path == "/v1/step-ups" else "plain"})

    def do_GET(self) -> None:
        self.told.asked.append(("GET", self.path, None))
        if self.path != "/v1/exports/e1/file":
            self.answer(self.export(self.told.states.pop(0)))
        elif self.told.wants_step_up and "vouched" not in self.headers["authorization"]:
            challenge = 'Bearer error="insufficient_user_authentication"'
            self.answer({"title": "Show"}, 401, **{"www-authenticate": challenge})
        else:
            self.answer(CONTENT)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    Gateway.told = Told()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("SANGATHAN_GATEWAY_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("SANGATHAN_PASSWORD", "x")
    yield Gateway.told
    server.shutdown()
    server.server_close()
    thread.join()


def run(out: Path, *words: str) -> Result:
    given = ["--unit", UNIT, "--out", str(out), "--purpose", "Calls", "--phone", "+916000000001", "--code", "1", *words]
    return CliRunner().invoke(app, ["export", *given])


def test_it_waits_and_writes_the_file_as_it_came(told: Told, tmp_path: Path) -> None:
    out = tmp_path / "workers.csv"
    done = run(out, "--json")
    assert done.exit_code == 0, done.output
    assert out.read_bytes() == CONTENT
    assert json.loads(done.stdout) == {**Gateway.export(Gateway, "ready"), "out": str(out), "bytes": len(CONTENT)}  # type: ignore[arg-type]  # It reads nothing of itself.
    body = next(body for method, path, body in told.asked if (method, path) == ("POST", "/v1/exports"))
    assert body == {"unit_id": UNIT, "format": "csv", "purpose": "Calls", "status": "active"}
    assert told.asked[-1][1] == "/v1/sign-out"


def test_a_second_factor_is_shown_where_the_file_wants_one(told: Told, tmp_path: Path) -> None:
    told.wants_step_up = True
    assert run(tmp_path / "workers.csv").exit_code == 0
    assert (tmp_path / "workers.csv").read_bytes() == CONTENT


def test_a_download_that_breaks_off_leaves_no_file(told: Told, tmp_path: Path) -> None:
    told.breaks_off = True
    done = run(tmp_path / "workers.csv")
    assert isinstance(done.exception, CliFault)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("stop", "says"), [("office-ended", "ended before"), ("key-gone", "a key that is not there")])
def test_an_export_that_was_stopped_says_why(told: Told, tmp_path: Path, stop: str, says: str) -> None:
    told.states, told.stop = ["stopped"], stop
    done = run(tmp_path / "workers.csv")
    assert says in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_asked_for_that_has_no_folder_to_go_to(told: Told, tmp_path: Path) -> None:
    done = run(tmp_path / "nowhere" / "workers.csv")
    assert (str(done.exception), told.asked) == (f"There is no folder {tmp_path}/nowhere to write into.", [])
