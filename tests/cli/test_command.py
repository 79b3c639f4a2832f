"""The command as a person or a script meets it: sentences, exit codes, JSON, help."""

import json
import re
import shlex
import socket
from importlib import resources
from pathlib import Path

import pytest

from sangathan_cli.call import CALL_EXAMPLES
from sangathan_embedded import EmbeddedServers
from tests.cli.conftest import Command

COMMANDS = [
    ("up",),
    ("status",),
    ("doctor",),
    ("seed",),
    ("story",),
    ("bench",),
    ("openapi",),
    ("call",),
    ("topology", "apply"),
    ("topology", "nats-conf"),
    ("dlq", "list"),
    ("dlq", "show"),
    ("dlq", "requeue"),
    *(("photo", word) for word in ("put", "get", "remove")),
    *(("consent-evidence", word) for word in ("put", "get")),
    *(("cards", word) for word in ("issue", "render", "end", "fetch", "verify", "rotate-keys")),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_shows_an_example(sangathan: Command, words: tuple[str, ...]) -> None:
    done = sangathan(*words, "--help")
    assert "sangathan " + " ".join(words) in done.stdout.split("Examples:")[1]


def test_the_exit_codes_are_documented(sangathan: Command) -> None:
    assert "Exit codes: 0 fine; 1 something failed" in sangathan("--help").stdout


@pytest.mark.parametrize(("option", "other"), [("--port", "--live-port"), ("--live-port", "--port")])
def test_a_taken_port_ends_up_with_one_sentence(sangathan: Command, data_dir: Path, option: str, other: str) -> None:
    with socket.socket() as listener, socket.socket() as spare:
        for one in (listener, spare):
            one.bind(("127.0.0.1", 0))
        listener.listen()
        free = spare.getsockname()[1]
        spare.close()
        port = listener.getsockname()[1]
        done = sangathan("up", "--data", str(data_dir), option, str(port), other, str(free))
    assert done.returncode == 3
    sentence = f"Port {port} is taken: another program listens there. Stop it, or choose another port with {option}."
    assert done.stderr.strip() == sentence


def test_a_directory_that_cannot_be_written_ends_up_with_one_sentence(sangathan: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = sangathan("up", "--data", str(tmp_path / "file" / "data"))
    assert done.returncode == 3
    assert done.stderr.startswith(f"The data directory {tmp_path}/file/data cannot be made:")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_directory_in_use_ends_up_with_one_sentence(sangathan: Command, data_dir: Path) -> None:
    owner = EmbeddedServers(data_dir)
    owner.claim()
    try:
        done = sangathan("up", "--data", str(data_dir))
    finally:
        owner.stop()
    assert done.returncode == 3
    assert "is in use by process" in done.stderr


@pytest.mark.parametrize("words", [("status",), ("story",), ("dlq", "list"), ("topology", "apply")], ids=" ".join)
def test_a_command_for_a_running_system_says_when_none_runs(
    sangathan: Command, data_dir: Path, words: tuple[str, ...]
) -> None:
    done = sangathan(*words, "--data", str(data_dir))
    assert done.returncode == 4
    assert "No system runs on" in done.stdout + done.stderr


def test_status_of_nothing_is_json_for_machines(sangathan: Command, data_dir: Path) -> None:
    done = sangathan("status", "--json", "--data", str(data_dir))
    assert json.loads(done.stdout) == {"running": False, "parts": []}


def test_status_names_a_system_elsewhere_that_does_not_answer(sangathan: Command, data_dir: Path) -> None:
    done = sangathan("status", "--json", "--data", str(data_dir), SANGATHAN_GATEWAY_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert [(part["name"], part["ready"]) for part in json.loads(done.stdout)["parts"]] == [("gateway", False)]


def test_doctor_reports_each_check_for_machines(sangathan: Command, data_dir: Path) -> None:
    findings = json.loads(sangathan("doctor", "--json", "--data", str(data_dir)).stdout)
    checks = {finding["check"] for finding in findings}
    assert checks >= {"python", "PostgreSQL", "NATS", "disk", "open files", "clock", "data directory", "port 8000"}
    assert {finding["state"] for finding in findings} <= {"ok", "warn", "fail"}


def test_doctor_fails_over_a_taken_port_and_says_what_to_do(sangathan: Command, data_dir: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = sangathan("doctor", "--data", str(data_dir), "--port", str(port))
    assert done.returncode == 1
    assert "Choose another with --port" in done.stdout


def test_no_colour_when_no_color_is_set(sangathan: Command, data_dir: Path) -> None:
    done = sangathan("doctor", "--data", str(data_dir), NO_COLOR="1", FORCE_COLOR="1")
    assert "\x1b[3" not in done.stdout


@pytest.mark.parametrize(
    "words", [("bench", "no-such"), ("openapi", "no-such"), ("topology", "nats-conf", "--listen", "nowhere")]
)
def test_a_command_spelled_wrong_exits_with_2(sangathan: Command, words: tuple[str, ...]) -> None:
    assert sangathan(*words).returncode == 2


def test_nats_conf_takes_passwords_from_the_brokers_environment(sangathan: Command) -> None:
    assert 'user: "registry", password: $NATS_PASSWORD_REGISTRY' in sangathan("topology", "nats-conf").stdout


def test_nats_conf_without_a_users_password_is_refused(sangathan: Command, tmp_path: Path) -> None:
    done = sangathan("topology", "nats-conf", "--secrets", str(tmp_path))
    assert done.returncode == 3
    assert "nats_identity_password is missing" in done.stderr


def test_a_dataset_is_not_written_under_a_password_that_everybody_knows(sangathan: Command, tmp_path: Path) -> None:
    assert sangathan("seed", "--out", str(tmp_path / "dataset")).returncode == 2


def test_a_refused_second_up_does_not_hide_the_first(sangathan: Command, data_dir: Path) -> None:
    owner = EmbeddedServers(data_dir)
    owner.claim()
    (data_dir / "run.json").write_text("{}")
    try:
        sangathan("up", "--data", str(data_dir))
    finally:
        owner.stop()
    assert (data_dir / "run.json").exists()


def test_a_file_that_is_not_there_is_one_sentence(sangathan: Command, tmp_path: Path) -> None:
    done = sangathan("call", "POST", "/v1/workers", "--body", str(tmp_path / "nowhere.json"))
    assert (done.returncode, done.stderr.strip()) == (2, f"{tmp_path / 'nowhere.json'}: No such file or directory.")


def test_the_examples_of_call_give_what_the_interface_asks_for() -> None:
    services = resources.files("sangathan_gateway").joinpath("openapi").iterdir()
    paths = {key: item for one in services for key, item in json.loads(one.read_text("utf-8"))["paths"].items()}
    for words in map(shlex.split, re.findall(r"sangathan call GET [^\n]+", CALL_EXAMPLES)):
        given = {word.partition("=")[0] for word in words[4:] if "=" in word}
        asked = [one for one in paths[words[3]]["get"].get("parameters", []) if one["in"] == "query"]
        assert given <= {one["name"] for one in asked}
        assert {one["name"] for one in asked if one["required"]} <= given
