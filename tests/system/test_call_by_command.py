"""Whatever the API offers is reachable by the command line, by whoever may."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sangathan_cli.faults import CliFault
from sangathan_cli.main import app
from sangathan_demo.truth import SignIn
from tests.system.demo_system import DemoSystem


def run(file: Path, who: SignIn | None, *words: str) -> Result:
    signs_in = ("--phone", who.phone, "--password-file", str(file)) if who else ()
    return CliRunner().invoke(app, ["call", *words, *signs_in])


def test_every_operation_is_listed_and_a_word_narrows_the_list(demo: DemoSystem, password_file: Path) -> None:
    paths = demo.http.get("/openapi.json").json()["paths"]
    every = run(password_file, None, "list").stdout.splitlines()
    assert len(every) == sum(len(item) for item in paths.values())
    some = run(password_file, None, "list", "vacanc").stdout.splitlines()
    assert [line.split()[:2] for line in some] == [["GET", "/v1/vacancies"]]


def test_a_list_is_read_to_its_last_page(demo: DemoSystem, password_file: Path) -> None:
    who, headers = demo.truth.level("booth").sign_in, {"Authorization": f"Bearer {demo.token('booth')}"}
    page = demo.http.get("/v1/workers", params={"limit": 200}, headers=headers).json()["items"]
    done = run(password_file, who, "GET", "/v1/workers", "limit=5", "--all")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [one["id"] for one in page]


def test_fields_make_a_body_and_the_answer_is_json(demo: DemoSystem, password_file: Path) -> None:
    who, unit = demo.truth.level("booth").sign_in, demo.truth.level("booth").unit.unit_id
    words = ("POST", "/v1/worker-searches", "name=नमूना", "limit:=3", f"unit_id={unit}")
    assert "items" in json.loads(run(password_file, who, *words).stdout)


def test_a_refusal_says_what_would_be_accepted(demo: DemoSystem, password_file: Path) -> None:
    done = run(password_file, demo.truth.level("booth").sign_in, "POST", "/v1/worker-searches", "limit:=0")
    assert isinstance(done.exception, CliFault)
    assert "#/limit" in str(done.exception) or "/limit" in str(done.exception)


def test_what_is_public_needs_nobody_signed_in(password_file: Path) -> None:
    assert "keys" in json.loads(run(password_file, None, "GET", "/v1/jwks").stdout)


@pytest.mark.parametrize("words", [("FETCH", "/v1/units"), ("GET", "units"), ("GET", "/v1/units", "limit")])
def test_a_call_spelled_wrong_exits_with_2(password_file: Path, words: tuple[str, ...]) -> None:
    done = run(password_file, None, *words)
    assert isinstance(done.exception, CliFault)
    assert done.exception.code == 2


def test_a_file_goes_as_what_its_ending_says(password_file: Path, tmp_path: Path) -> None:
    told = ('claim:={"name": "कोई नमूना"}', "what=दुकान पर आकर धमकाया")
    reference = json.loads(run(password_file, None, "POST", "/v1/case-reports", *told).stdout)["reference"]
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7 the letter he showed")
    done = run(password_file, None, "POST", f"/v1/case-reports/{reference}/files", "--body", str(letter))
    assert json.loads(done.stdout) == {"reference": reference}


def test_a_hindi_terminal_is_refused_in_hindi(password_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "hi_IN.UTF-8")
    done = run(password_file, None, "GET", "/v1/workers")
    assert "साइन इन" in str(done.exception)
