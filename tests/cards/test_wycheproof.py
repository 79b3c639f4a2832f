"""Project Wycheproof's vectors for Ed25519, all of them: what it calls valid is taken, and nothing else."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from sangathan_cards.cose import Signed, is_sound
from tests.cards.engine import run

VECTORS: Final[list[dict[str, Any]]] = json.loads(Path(__file__).with_name("wycheproof_ed25519.json").read_text())[
    "vectors"
]


def taken(vector: dict[str, Any]) -> bool:
    key, message, signature = (bytes.fromhex(vector[name]) for name in ("key", "message", "signature"))
    return is_sound(key) and Signed(b"", b"", signature, message).holds(key)


def test_there_are_good_and_bad_ones() -> None:
    assert (len(VECTORS), sum(vector["valid"] for vector in VECTORS)) == (151, 88)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: str(one["id"]))
def test_the_library_takes_what_is_valid_and_nothing_else(vector: dict[str, Any]) -> None:
    assert taken(vector) is vector["valid"]


def test_the_page_takes_what_is_valid_and_nothing_else(tmp_path: Path) -> None:
    said = run("wycheproof.mjs", tmp_path, {"vectors": VECTORS})["taken"]
    assert {vector["id"] for vector, good in zip(VECTORS, said, strict=True) if good is not vector["valid"]} == set()
