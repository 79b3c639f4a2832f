"""Sheets brought in by the command line: by two factors where the gateway wants them, told to people and to scripts."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cli.conftest import Command
from tests.cli.serving import Quiet, serving

PATHS: Final = {"/v1/appointment-imports", "/v1/fence-imports"}
TOLD: Final[dict[str, Any]] = {
    "dry_run": False,
    "applied": True,
    "appointed": 2,
    "new_persons": 1,
    "relieved": 0,
    "unchanged": 0,
    "rejected": 0,
    "rejects": [],
    "rejects_csv": "",
}
REJECT: Final = {
    "line": 3,
    "column": "unit",
    "reason": "unknown-unit",
    "detail_en": "takes a path",
    "detail_hi": "पथ दें",
}
REJECTED: Final = {**TOLD, "applied": False, "rejected": 1, "rejects": [REJECT], "rejects_csv": "\ufeffline,column\r\n"}


class Gateway(ThreadingHTTPServer):
    """Answers as the gateway does, and notes the sheets that it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told = TOLD
        self.wants_two_factors = False
        self.sheets: list[dict[str, Any]] = []
        self.codes: list[str] = []


class _Handler(Quiet, BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path in PATHS:
            self._import(body)
        else:
            self.server.codes += [body["authenticator_code"]] if "authenticator_code" in body else []
            self._answer(200, {"access_token": "two" if self.path == "/v1/step-ups" else "one"})

    def _import(self, body: dict[str, Any]) -> None:
        if self.server.wants_two_factors and self.headers["Authorization"] != "Bearer two":
            self._answer(401, {"title": "Show again who you are"}, 'Bearer error="insufficient_user_authentication"')
            return
        self.server.sheets.append(body)
        self._answer(200, self.server.told)

    def _answer(self, status: int, body: dict[str, Any], challenge: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving(Gateway()) as server:
        yield server


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "presidents.csv"
    file.write_text("phone,name_hi,name_en,office,unit\n1,क,K,booth-president,in.\n", encoding="utf-8-sig")
    return file


def place(gateway: Gateway) -> dict[str, str]:
    """What the command is told by its environment."""
    return {
        "SANGATHAN_GATEWAY_URL": f"http://127.0.0.1:{gateway.server_port}",
        "SANGATHAN_PASSWORD": "typed",
        "SANGATHAN_PHONE": "+916000000002",
    }


def test_a_sheet_is_tried_and_told_to_a_script(gateway: Gateway, sheet: Path, sangathan: Command) -> None:
    done = sangathan("appointments", "import", str(sheet), "--dry-run", "--json", **place(gateway))
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (0, TOLD, "")
    assert gateway.sheets == [{"csv": sheet.read_text(encoding="utf-8-sig"), "dry_run": True, "only_valid": False}]


def test_fences_are_brought_in_by_the_same_command(gateway: Gateway, sheet: Path, sangathan: Command) -> None:
    gateway.told = {"dry_run": False, "applied": True, "fenced": 3, "unfenced": 0, "rejected": 0, "rejects": []}
    sheet.write_text("unit,latitude,longitude,radius_m\nin.,23,79,400\n", encoding="utf-8")
    done = sangathan("fences", "import", str(sheet), **place(gateway))
    assert (done.returncode, "3 fenced" in done.stdout) == (0, True), done.stderr


def test_rejects_are_told_in_both_languages_kept_in_a_file_and_fail_the_command(
    gateway: Gateway, sheet: Path, sangathan: Command
) -> None:
    gateway.told = REJECTED
    wrong = sheet.with_name("wrong.csv")
    done = sangathan("appointments", "import", str(sheet), "--rejects", str(wrong), **place(gateway))
    assert (done.returncode, "line 3, unit: takes a path / पथ दें" in done.stderr) == (1, True)
    assert wrong.read_bytes() == "\ufeffline,column\r\n".encode()


def test_a_second_factor_is_shown_where_it_is_wanted(gateway: Gateway, sheet: Path, sangathan: Command) -> None:
    gateway.wants_two_factors = True
    done = sangathan("appointments", "import", str(sheet), "--code", "123456", **place(gateway))
    assert (done.returncode, gateway.codes, len(gateway.sheets)) == (0, ["123456"], 1)


def test_a_bar_shows_on_a_terminal_how_far_it_has_gone(gateway: Gateway, sheet: Path, sangathan: Command) -> None:
    done = sangathan("appointments", "import", str(sheet), FORCE_COLOR="1", **place(gateway))
    assert "Sending the sheet" in done.stderr or "Checking" in done.stderr
    assert "2 appointed, 1 new persons" in done.stdout


def test_what_cannot_be_sent_says_so_by_its_exit_code(gateway: Gateway, sheet: Path, sangathan: Command) -> None:
    told = place(gateway)
    gateway.shutdown()
    gateway.server_close()
    assert sangathan("appointments", "import", str(sheet), **told).returncode == 4
    sheet.write_bytes("नाम".encode("utf-16"))
    assert sangathan("appointments", "import", str(sheet), **told).returncode == 2
