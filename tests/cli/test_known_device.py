"""The second sign-in of one person on one machine is one on a known device, and only that person's."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.serving import Quiet, serving

FIRST, SECOND = "+916000000002", "+916000000003"


class Gateway(ThreadingHTTPServer):
    """Knows a device by its token as identity does, and notes which was shown."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.shown: list[tuple[str, str]] = []
        self.given: dict[str, str] = {}

    def entered(self, phone: str, token: str) -> str | None:
        self.shown.append((phone, token))
        if token and self.given.get(token) == phone:
            return None
        new = f"sgd_{len(self.given)}-aB"
        self.given[new] = phone
        return new


class _Handler(Quiet, BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        reply = {}
        if self.path == "/v1/sign-in":
            given = self.server.entered(body["phone"], body["device_token"])
            reply = {"access_token": "one", "device_token": given}
        self._answer(reply)

    def do_GET(self) -> None:
        self._answer({})

    def _answer(self, body: dict[str, str | None]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving(Gateway()) as server:
        yield server


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def sign_in(sangathan: Command, gateway: Gateway, state: Path, phone: str = FIRST) -> str:
    """What the command said beside its answer."""
    done = sangathan(
        "call",
        "GET",
        "/v1/me",
        SANGATHAN_GATEWAY_URL=f"http://127.0.0.1:{gateway.server_port}",
        SANGATHAN_PASSWORD="typed",
        SANGATHAN_PHONE=phone,
        XDG_STATE_HOME=str(state),
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def kept(state: Path) -> list[Path]:
    return [path for path in state.rglob("*") if path.is_file()]


def test_a_second_sign_in_shows_what_the_first_was_given(sangathan: Command, gateway: Gateway, state: Path) -> None:
    for _ in range(2):
        assert sign_in(sangathan, gateway, state) == ""
    assert gateway.shown == [(FIRST, ""), (FIRST, "sgd_0-aB")]
    assert len(gateway.given) == 1


def test_what_is_kept_is_for_its_owner_alone_and_names_nobody(
    sangathan: Command, gateway: Gateway, state: Path
) -> None:
    sign_in(sangathan, gateway, state)
    [file] = kept(state)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert FIRST[1:] not in f"{file}{file.read_text()}"


def test_nobody_shows_what_another_was_given(sangathan: Command, gateway: Gateway, state: Path) -> None:
    for phone in (FIRST, SECOND, FIRST):
        sign_in(sangathan, gateway, state, phone)
    assert gateway.shown == [(FIRST, ""), (SECOND, ""), (FIRST, "sgd_0-aB")]


def test_what_is_known_no_more_gives_way_to_what_is_given_then(
    sangathan: Command, gateway: Gateway, state: Path
) -> None:
    sign_in(sangathan, gateway, state)
    gateway.given["sgd_0-aB"] = "removed by its person"
    for _ in range(2):
        sign_in(sangathan, gateway, state)
    assert [token for _, token in gateway.shown] == ["", "sgd_0-aB", "sgd_1-aB"]


@pytest.mark.parametrize("spoilt", [b"", b"\xff\xfe", b"{}", b"sgd_" + b"x" * 200])
def test_a_file_that_holds_no_token_is_as_none(
    sangathan: Command, gateway: Gateway, state: Path, spoilt: bytes
) -> None:
    sign_in(sangathan, gateway, state)
    [file] = kept(state)
    file.write_bytes(spoilt)
    sign_in(sangathan, gateway, state)
    assert gateway.shown[1] == (FIRST, "")


def test_where_nothing_can_be_kept_the_command_works_and_says_so(
    sangathan: Command, gateway: Gateway, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    said = sign_in(sangathan, gateway, tmp_path / "file")
    assert "the next sign-in counts as a new one" in said
