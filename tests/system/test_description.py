"""The merged document tells the truth: schemathesis plays with the running system for a minute and finds no fault.

A failure names its seed; SANGATHAN_FUZZ_SEED=… plays the same cases again, and SANGATHAN_FUZZ_S=… for longer.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from tests.system.demo_system import PASSWORD, DemoSystem, running_demo

_CHECKS: Final = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method", "allow_header_conformance",
)  # fmt: skip
_ROOT: Final = Path(__file__).parents[2]
_IDS: Final = {"worker_id": "workers", "unit_id": "units"}
PEOPLE: Final = ("state", "booth")


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoSystem]:
    """A system of its own: what is played here leaves its traces in it."""
    with TemporaryDirectory(prefix="sangathan-") as folder, running_demo(Path(folder)) as running:
        yield running


def known_ids(demo: DemoSystem, level: str) -> dict[str, list[str]]:
    signed_in = {"Authorization": f"Bearer {demo.token(level)}"}
    lists = {name: demo.http.get(f"/v1/{path}?limit=20", headers=signed_in) for name, path in _IDS.items()}
    return {name: [str(one["id"]) for one in reply.raise_for_status().json()["items"]] for name, reply in lists.items()}


def play(demo: DemoSystem, level: str, seed: int, folder: Path) -> subprocess.CompletedProcess[str]:
    """One run of schemathesis as the office-bearer of that level."""
    url = str(demo.http.base_url).rstrip("/")
    told = {
        "url": url,
        "token": demo.token(level),
        "sign_in": {"phone": demo.truth.level(level).sign_in.phone, "password": PASSWORD},
        "ids": known_ids(demo, level),
    }
    document = folder / "openapi.json"
    document.write_bytes(demo.http.get("/openapi.json").raise_for_status().content)
    command = [
        str(Path(sys.executable).parent / "st"), "run", str(document), "--url", url, "--checks", ",".join(_CHECKS),
        # It ends the sign-in that the rest is played with.
        "--exclude-path", "/v1/sessions/endings",
        "--header", f"Authorization: Bearer {demo.token(level)}", "--seed", str(seed),
        "--max-time", os.environ.get("SANGATHAN_FUZZ_S", "60"), "--continue-on-failure", "--no-shrink", "--no-color",
        "--suppress-health-check", "all", "--warnings", "off", "--request-timeout", "60",
    ]  # fmt: skip
    surroundings = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tests.system.fuzz_hooks",
        "SANGATHAN_FUZZ": json.dumps(told),
        "PYTHONPATH": str(_ROOT),
    }
    return subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)


def test_a_minute_of_schemathesis_finds_no_undocumented_answer(demo: DemoSystem, tmp_path: Path) -> None:
    seed = int(os.environ.get("SANGATHAN_FUZZ_SEED", random.randrange(1_000_000)))
    folders = [tmp_path / level for level in PEOPLE]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(len(PEOPLE)) as pool:
        runs = list(pool.map(play, [demo] * len(PEOPLE), PEOPLE, [seed] * len(PEOPLE), folders))
    for level, run in zip(PEOPLE, runs, strict=True):
        said = f"{run.stdout[-20_000:]}{run.stderr[-2_000:]}"
        assert run.returncode == 0, f"as {level}, with SANGATHAN_FUZZ_SEED={seed}:\n{said}"
        assert "generated, " in run.stdout, said
