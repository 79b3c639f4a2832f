"""Lists brought in by the command line: tried with what is proposed, followed to their end, rejects kept in a file."""

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import httpx
import pytest
from typer.testing import CliRunner

from sangathan_cli.main import app
from sangathan_cli.rejects import beside
from sangathan_cli.signed_in import Desk
from sangathan_cli.unit_ids import unit_id_of
from tests.cli.conftest import Command
from tests.cli.serving import Quiet, serving

PROPOSED: Final = {"नाम": "name", "क्र": "own_id"}
TRIED: Final[dict[str, Any]] = {
    "format": "csv",
    "encoding": "windows-1252",
    "rows": 2,
    "examined": 2,
    "mapping": PROPOSED,
    "columns": [{"header": "नाम", "field": "name", "found": ["kruti-dev"]}],
    "notes": [{"code": "no-unit", "hi": "इकाई नहीं", "en": "no unit"}],
    "accepted": 1,
    "already_there": 0,
    "rejected": 1,
    "needs_review": 0,
    "sample": [
        {
            "line": 3,
            "faults": [{"column": "नाम", "detail_hi": "नाम दें", "detail_en": "takes a name", "reason": "invalid"}],
        }
    ],
}
IMPORT: Final[dict[str, Any]] = {
    "id": "i1",
    "state": "waiting",
    "stop": None,
    "rows": 2,
    "worked": 0,
    "accepted": 0,
    "already_there": 0,
    "rejected": 0,
    "needs_review": 0,
}
UNITS: Final = [
    {"id": "own", "path": "in.mp."},
    {"id": "d07", "path": "in.mp.d07."},
    {"id": "m1", "path": "in.mp.d07.m1."},
]


class Gateway(ThreadingHTTPServer):
    """Answers as the gateway does: the first look at an import finds it waiting, the second finds it done."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sent: list[dict[str, Any]] = []
        self.looks = 0
        self.end: dict[str, Any] = {"state": "done", "worked": 2, "accepted": 2}


class _Handler(Quiet, BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/worker-imports":
            self._answer(200, {"access_token": "one"})
            return
        self.server.sent.append(body)
        if body.get("dry_run"):
            self._answer(200, {**TRIED, "mapping": body.get("mapping") or PROPOSED})
        else:
            self._answer(202, IMPORT)

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/v1/units":
            parent = query.partition("parent_id=")[2].partition("&")[0]
            below = {"own": UNITS[1:2], "d07": UNITS[2:], "m1": []}
            self._answer(200, {"items": below[parent] if parent else UNITS[:1], "next": None})
        elif path.endswith("/rejects"):
            self._answer(200, "नाम,reason\r\n")
        else:
            self.server.looks += 1
            self._answer(200, IMPORT if self.server.looks == 1 else {**IMPORT, **self.server.end})

    def _answer(self, status: int, body: Any) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode() if isinstance(body, str) else json.dumps(body).encode())


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving(Gateway()) as server:
        yield server


@pytest.fixture
def old_list(tmp_path: Path) -> Path:
    file = tmp_path / "old.csv"
    file.write_bytes("uke\njke\n".encode("cp1252"))
    return file


def place(gateway: Gateway) -> dict[str, str]:
    """What the command is told by its environment."""
    return {
        "SANGATHAN_GATEWAY_URL": f"http://127.0.0.1:{gateway.server_port}",
        "SANGATHAN_PASSWORD": "typed",
        "SANGATHAN_PHONE": "+916000000002",
    }


def test_a_list_is_tried_with_what_is_said_over_the_proposal(
    gateway: Gateway, old_list: Path, sangathan: Command
) -> None:
    said = ["--map", "नाम=name_hi", "--map", "क्र=-", "--unit", "d07.m1", "--dry-run"]
    done = sangathan("import", "workers", str(old_list), *said, **place(gateway))
    assert done.returncode == 1, "a row would be rejected"
    assert "line 3, नाम: takes a name / नाम दें" in done.stderr
    assert "(kruti-dev)" in done.stdout
    first, second = gateway.sent
    assert (first["unit_id"], first.get("mapping")) == ("m1", None)
    assert (second["mapping"], second["dry_run"]) == ({"नाम": "name_hi"}, True)
    assert base64.b64decode(second["file"]) == old_list.read_bytes()


def test_a_list_is_brought_in_and_followed_to_its_end(gateway: Gateway, old_list: Path, sangathan: Command) -> None:
    said = ["--basis", "Register of 2019", "--collected-on", "2019-04-01", "--relation", "father", "--json"]
    done = sangathan("import", "workers", str(old_list), *said, **place(gateway))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {**IMPORT, **gateway.end, "rejects_file": None}
    sent = gateway.sent[-1]
    assert (sent["unit_id"], sent["mapping"], sent["basis"]) == ("own", PROPOSED, "Register of 2019")
    assert (sent["collected_on"], sent["relation_unsaid"], sent["kruti_dev"]) == ("2019-04-01", "father", None)
    assert gateway.looks == 2


def test_rejects_are_kept_beside_the_list_and_fail_the_command(
    gateway: Gateway, old_list: Path, sangathan: Command
) -> None:
    gateway.end = {"state": "done", "worked": 2, "accepted": 1, "rejected": 1}
    done = sangathan("import", "workers", str(old_list), "--basis", "Register of 2019", **place(gateway))
    rejects = old_list.with_name("old.rejects.csv")
    assert (done.returncode, str(rejects) in done.stderr) == (1, True)
    assert rejects.read_text(encoding="utf-8") == "नाम,reason\n"


def test_no_rejects_that_somebody_may_have_corrected_are_written_over(
    gateway: Gateway, tmp_path: Path, sangathan: Command
) -> None:
    corrected, left = tmp_path / "old.rejects.csv", tmp_path / "old.rejects-2.csv"
    corrected.write_text("corrected\n", encoding="utf-8")
    gateway.end = {"state": "done", "worked": 2, "accepted": 1, "needs_review": 1}
    done = sangathan("import", "workers", str(corrected), "--basis", "Corrections", **place(gateway))
    assert (done.returncode, str(left) in done.stderr) == (1, True)
    assert corrected.read_text(encoding="utf-8") == "corrected\n"
    assert left.read_text(encoding="utf-8") == "नाम,reason\n"


@pytest.mark.parametrize(
    ("brought_in", "there", "free"),
    [
        ("old.csv", [], "old.rejects.csv"),
        ("old.xlsx", ["old.rejects.csv", "old.rejects-2.csv"], "old.rejects-3.csv"),
        ("old.rejects-2.csv", ["old.rejects.csv"], "old.rejects-3.csv"),
        ("rejects.csv", [], "rejects.rejects.csv"),
    ],
)
def test_rejects_go_to_the_first_file_that_is_free(
    tmp_path: Path, brought_in: str, there: list[str], free: str
) -> None:
    for name in (brought_in, *there):
        (tmp_path / name).touch()
    assert beside(tmp_path / brought_in).name == free


@pytest.mark.parametrize("command", [("import", "workers"), ("units", "import")])
def test_a_file_for_rejects_that_is_there_already_is_refused_before_anything_is_sent(
    gateway: Gateway, old_list: Path, sangathan: Command, command: tuple[str, str]
) -> None:
    corrected = old_list.with_name("corrected.csv")
    corrected.write_text("corrected\n", encoding="utf-8")
    done = sangathan(*command, str(old_list), "--rejects", str(corrected), **place(gateway))
    assert (done.returncode, "is there already" in done.stderr, gateway.sent) == (2, True, [])
    assert corrected.read_text(encoding="utf-8") == "corrected\n"


def test_an_import_that_was_stopped_fails_the_command(gateway: Gateway, old_list: Path, sangathan: Command) -> None:
    gateway.end = {"state": "stopped", "stop": "office-ended", "worked": 1, "accepted": 1}
    done = sangathan("import", "workers", str(old_list), "--basis", "Register of 2019", **place(gateway))
    assert (done.returncode, "Stopped (office-ended) after 1 rows" in done.stdout) == (1, True)


def test_who_interrupts_is_told_that_the_import_goes_on(
    gateway: Gateway, old_list: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    for name, value in place(gateway).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sangathan_cli.imports.time", SimpleNamespace(sleep=interrupted))
    done = CliRunner().invoke(app, ["import", "workers", str(old_list), "--basis", "Register of 2019"])
    assert done.exit_code == 130
    assert "The import goes on by itself; /v1/worker-imports/i1 says how far it is" in done.stderr


def test_a_trial_says_how_many_faults_it_does_not_show(
    gateway: Gateway, old_list: Path, sangathan: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = {"column": "नाम", "detail_en": "a name", "detail_hi": "नाम"}
    monkeypatch.setitem(TRIED, "sample", [{"line": line, "faults": [fault]} for line in range(2, 25)])
    done = sangathan("import", "workers", str(old_list), "--dry-run", **place(gateway))
    assert done.stderr.splitlines()[-1] == "और 3 / and 3 more"


@pytest.mark.parametrize(
    ("unit", "unit_id"),
    [
        ("", "own"),
        ("d07.m1", "m1"),
        ("mp", "own"),
        ("mp.d07.m1", "m1"),
        ("in.mp.d07.m1", "m1"),
        ("in.mp.d07.m1.", "m1"),
        ("0c7d4e9a-5b0f-5a53-8f6b-2d9f3a1c6e78", "0c7d4e9a-5b0f-5a53-8f6b-2d9f3a1c6e78"),
    ],
)
def test_a_unit_is_named_by_id_or_path_or_code_below_the_own_one(gateway: Gateway, unit: str, unit_id: str) -> None:
    with httpx.Client(base_url=place(gateway)["SANGATHAN_GATEWAY_URL"], trust_env=False) as http:
        assert unit_id_of(Desk(http), unit) == unit_id


def test_what_is_spelled_wrong_is_told_before_anything_is_sent(
    gateway: Gateway, old_list: Path, sangathan: Command
) -> None:
    basis = ["--basis", "Register"]
    for said, says in (([], "--basis says"), ([*basis, "--unit", "d99"], "There is no unit 'd99'")):
        done = sangathan("import", "workers", str(old_list), *said, **place(gateway))
        assert (done.returncode, says in done.stderr, gateway.sent) == (2, True, [])
