"""Files of fieldwork by the command line: sent as they are, faults told with their rows, rejects and sheets kept."""

import json
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cli.conftest import Command
from tests.cli.serving import Quiet, serving

UNIT, FORM = "0190d2f0-0000-7000-8000-000000000001", "0190d2f0-0000-7000-8000-000000000002"
SHEETS: Final = f"/v1/drives/{FORM}/booth-sheets"
FAULT: Final = {"sheet": "survey", "row": 7, "column": "relevant", "detail_en": "takes answers", "detail_hi": "उत्तर दें"}
TOLD: Final[dict[str, Any]] = {
    "sections": 1,
    "questions": 2,
    "rejected": 0,
    "faults": [],
    "form": None,
    "dry_run": True,
}
PAGES: Final = {
    "": {"items": [{"form_id": FORM, "version": 1, "id": "one"}], "next": "more"},
    "more": {"items": [{"form_id": FORM, "version": 2, "id": "two"}], "next": None},
}


class Gateway(ThreadingHTTPServer):
    """Answers as the gateway does, and notes what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told = TOLD
        self.sent: list[tuple[dict[str, list[str]], bytes]] = []


class _Handler(Quiet, BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = urlsplit(self.path)
        if path.path in {"/v1/form-imports", "/v1/assignment-imports"}:
            self.server.sent.append((parse_qs(path.query), body))
            self._answer(json.dumps(self.server.told).encode())
        elif path.path == SHEETS:
            self.server.sent.append((parse_qs(path.query), body))
            self._answer(b"%PDF-", {} if path.query else {"Link": f'<{SHEETS}?cursor=more>; rel="next"'})
        else:
            self._answer(b'{"access_token": "one"}')

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if path.path == "/v1/forms":
            self._answer(json.dumps(PAGES[parse_qs(path.query).get("cursor", [""])[0]]).encode())
        else:
            self._answer(path.path.encode())

    def _answer(self, body: bytes, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving(Gateway()) as server:
        yield server


@pytest.fixture
def told(gateway: Gateway) -> dict[str, str]:
    """What the command is told by its environment."""
    return {
        "SANGATHAN_GATEWAY_URL": f"http://127.0.0.1:{gateway.server_port}",
        "SANGATHAN_PASSWORD": "typed",
        "SANGATHAN_PHONE": "+916000000002",
    }


def test_a_form_is_sent_as_it_is_and_its_faults_are_told_with_their_rows(
    gateway: Gateway, told: dict[str, str], sangathan: Command, tmp_path: Path
) -> None:
    file = tmp_path / "survey.xlsx"
    file.write_bytes(b"PK\x03\x04")
    tried = sangathan("forms", "import", str(file), "--unit", UNIT, "--form", FORM, "--dry-run", **told)
    assert (tried.returncode, "A dry run, nothing was drafted: 1 sections, 2 questions, 0 faults" in tried.stdout) == (
        0,
        True,
    )
    assert gateway.sent == [({"unit_id": [UNIT], "form_id": [FORM], "dry_run": ["true"]}, b"PK\x03\x04")]
    gateway.told = {**TOLD, "rejected": 1, "faults": [FAULT]}
    failed = sangathan("forms", "import", str(file), "--unit", UNIT, **told)
    assert (failed.returncode, "survey, row 7, relevant: takes answers / उत्तर दें" in failed.stderr) == (1, True)


def test_a_version_is_written_by_its_number_or_the_newest(
    told: dict[str, str], sangathan: Command, tmp_path: Path
) -> None:
    out = tmp_path / "form.xlsx"
    for options, version in ((["--version", "1"], "one"), ([], "two")):
        assert sangathan("forms", "export", FORM, "--out", str(out), *options, **told).returncode == 0
        assert out.read_text() == f"/v1/forms/{version}/xlsform"
    missing = sangathan("forms", "export", FORM, "--out", str(out), "--version", "9", **told)
    assert (missing.returncode, "no version 9" in missing.stderr) == (1, True)


def test_assignments_are_sent_as_they_are_and_rejects_are_kept(
    gateway: Gateway, told: dict[str, str], sangathan: Command, tmp_path: Path
) -> None:
    file, wrong = tmp_path / "booths.csv", tmp_path / "wrong.csv"
    file.write_bytes(b"booth,phone\n")
    reject = {"line": 3, "column": "booth", "detail_en": "takes a path", "detail_hi": "पथ दें"}
    counts = {"applied": False, "dry_run": False, "assigned": 2, "unchanged": 1, "rejected": 1}
    gateway.told = {**counts, "rejects": [reject], "rejects_csv": "\ufeffline\r\n"}
    done = sangathan("assignments", "import", str(file), "--only-valid", "--rejects", str(wrong), **told)
    assert (done.returncode, "line 3, booth: takes a path / पथ दें" in done.stderr) == (1, True)
    assert "2 assigned, 1 unchanged, 1 rejected" in done.stdout
    assert gateway.sent == [({"dry_run": ["false"], "only_valid": ["true"]}, b"booth,phone\n")]
    assert wrong.read_bytes() == "\ufeffline\r\n".encode()


def test_sheets_of_many_booths_are_written_part_by_part(
    gateway: Gateway, told: dict[str, str], sangathan: Command, tmp_path: Path
) -> None:
    out = tmp_path / "mandal.pdf"
    options = ("--drive", FORM, "--unit", UNIT, "--records", "20", "--out")
    assert sangathan("sheets", "print", *options, str(out), **told).returncode == 0
    assert [out.read_bytes(), out.with_name("mandal-2.pdf").read_bytes()] == [b"%PDF-"] * 2
    assert [(query, json.loads(body)) for query, body in gateway.sent] == [
        ({}, {"unit_id": UNIT, "records": 20}),
        ({"cursor": ["more"]}, {"unit_id": UNIT, "records": 20}),
    ]
    assert sangathan("sheets", "print", *options, "mandal.doc", **told).returncode == 2
