"""Sheets through the whole system by the command line, under an office and, where units move, by two factors."""

import json
import time
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from sangathan_cli.faults import CliFault
from sangathan_cli.main import app
from sangathan_demo.second_factor import code_at, secret_of, until_next
from sangathan_demo.truth import SignIn
from tests.system.demo_system import PASSWORD, DemoSystem


def run(password_file: Path, who: SignIn, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--phone", who.phone, "--password-file", str(password_file)])


def run_with_code(password_file: Path, who: SignIn, *words: str) -> Result:
    """The same with the authenticator's code; one that another test has used is waited for."""
    for _ in range(3):
        done = run(password_file, who, *words, "--code", code_at(secret_of(PASSWORD, who.phone), time.time()))
        if not str(done.exception).startswith("403"):
            break
        time.sleep(until_next(time.time()))
    return done


def told(done: Result) -> dict[str, Any]:
    """What a command printed for machines."""
    return dict(json.loads(done.stdout))


def test_the_tree_goes_out_by_the_command_line_and_comes_in_again(
    demo: DemoSystem, password_file: Path, tmp_path: Path
) -> None:
    sheet, rejects = tmp_path / "units.csv", tmp_path / "rejects.csv"
    refused = run(password_file, demo.truth.level("vidhan-sabha").sign_in, "units", "export", "--out", str(sheet))
    assert isinstance(refused.exception, CliFault)
    assert str(refused.exception).startswith("403")
    who = demo.truth.state_it_in_charge
    assert run(password_file, who, "units", "export", "--out", str(sheet)).exit_code == 0
    lines = sheet.read_text(encoding="utf-8").splitlines()
    sheet.write_text("\n".join([*lines, ",in.zz.,booth,b1,बूथ,Booth"]), encoding="utf-8")
    words = ("units", "import", str(sheet), "--dry-run", "--json", "--rejects", str(rejects))
    done = run_with_code(password_file, who, *words)
    assert done.exit_code == 1, done.output
    counts = {name: told(done)[name] for name in ("unchanged", "created", "renamed", "moved", "rejected")}
    assert counts == {"unchanged": len(lines) - 1, "created": 0, "renamed": 0, "moved": 0, "rejected": 1}
    assert "no unit of yours" in rejects.read_text(encoding="utf-8")


def test_a_sheet_of_appointments_comes_in_by_the_command_line_and_a_second_time_changes_nothing(
    demo: DemoSystem, password_file: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "presidents.csv"
    booth = demo.truth.level("booth").unit
    row = f"+916009000077,पत्रक नमूना,Patrak Namuna,booth-president,{booth.path}"
    sheet.write_text(f"phone,name_hi,name_en,office,unit\n{row}\n", encoding="utf-8")
    words = ("appointments", "import", str(sheet), "--json")
    done = [run(password_file, demo.truth.level("mandal").sign_in, *words) for _ in range(2)]
    assert [(one.exit_code, told(one)["appointed"], told(one)["unchanged"]) for one in done] == [(0, 1, 0), (0, 0, 1)]
