"""The public page's script says of every card what the library says: both read the same vectors."""

from dataclasses import replace
from typing import Any, Final

import pytest

from sangathan_cards import cose
from tests.cards.engine import run
from tests.cards.test_verdicts import EVERY, SMALL_ORDER
from tests.cards.vectors import CARD, KEYS, KID, NOW, REVOKED, STRANGER, Vector, signed_list, text_of, token


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the page's script makes of the vectors, of key sets and of lists: one run of the engine for all."""
    good = signed_list()
    bent_sets: list[Any] = [{}, [1], [{1: 1}]]
    given = {
        "keys": cose.write_keys(KEYS).hex(),
        "vectors": [vector.as_json() for vector in EVERY],
        "sets": [cose.write_keys({KID: bytes.fromhex(point)}).hex() for point in SMALL_ORDER]
        + [cose.write(one).hex() for one in bent_sets],
        "lists": [one.hex() for one in (signed_list(key=STRANGER), token(), good[:-1], good + b"\0", b"")],
    }
    return run("vectors.mjs", tmp_path_factory.mktemp("vectors"), given)


@pytest.mark.parametrize("number", range(len(EVERY)), ids=[vector.name for vector in EVERY])
def test_the_page_says_what_the_library_says(said: dict[str, Any], number: int) -> None:
    vector: Vector = EVERY[number]
    assert said["verdicts"][number]["verdict"] == vector.verdict


def test_the_page_shows_what_the_card_says(said: dict[str, Any]) -> None:
    assert said["verdicts"][0]["card"]["nameHi"] == "रमे** ना**"
    assert said["verdicts"][0]["card"]["number"] == "1000000042"


def test_the_page_refuses_keys_and_lists_that_the_library_refuses(said: dict[str, Any]) -> None:
    assert set(said["sets"]) == set(said["lists"]) == {"NotSigned"}


ORIGIN: Final = "http://127.0.0.1:8000"
TODAY: Final = {
    "verdict": "valid",
    "name": {"hi": "रमे** ना**", "en": "Ra** Na**"},
    "unit": {"hi": "बूथ १", "en": "Booth 1"},
    "offices": [{"office": {"hi": "बूथ अध्यक्ष", "en": "Booth President"}, "unit": {"hi": "बूथ १", "en": "Booth 1"}}],
    "expires_at": "2024-10-16T00:00:00Z",
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The page and its worker, with and without a network."""
    given = {
        "keys": cose.write_keys(KEYS).hex(),
        "list": signed_list().hex(),
        "now": NOW,
        "good": text_of(),
        "revoked": text_of(replace(CARD, index=REVOKED)),
        "forged": text_of(key=STRANGER),
        "today": TODAY,
        "requests": [
            *(
                ("GET", ORIGIN + path)
                for path in ("/verify", "/verify.js", "/verify-card.js", "/both.js", "/verify.css")
            ),
            *(("GET", ORIGIN + path) for path in ("/v1/card-keys", "/v1/card-status-list", "/v1/workers")),
            ("POST", f"{ORIGIN}/v1/card-verifications"),
            ("GET", "http://elsewhere.example/verify"),
        ],
    }
    return run("page.mjs", tmp_path_factory.mktemp("page"), given)


def test_a_page_that_was_loaded_once_checks_without_network(played: dict[str, Any]) -> None:
    assert (played["good"]["kind"], played["good"]["asked"]) == ("good", [])
    assert "Ra** Na**" in played["good"]["facts"]
    assert "Checked without network" in played["good"]["advice"]
    assert played["revoked"] == {
        **played["revoked"],
        "kind": "bad",
        "facts": "",
        "verdict": "यह कार्ड अब मान्य नहीं है: वापस लिया जा चुका है|This card is no longer good: it has ended",
    }
    assert (played["forged"]["kind"], played["forged"]["facts"]) == ("bad", "")


def test_a_page_that_never_had_a_network_vouches_for_nothing(played: dict[str, Any]) -> None:
    assert (played["never_loaded"]["kind"], played["never_loaded"]["facts"]) == ("unsure", "")


def test_with_a_network_the_page_shows_unit_and_office_of_today(played: dict[str, Any]) -> None:
    assert played["today"]["asked"] == ["POST /v1/card-verifications"]
    assert "Booth President, Booth 1" in played["today"]["facts"]
    assert "Checked just now" in played["today"]["advice"]


def test_what_the_record_says_today_goes_before_what_was_loaded(played: dict[str, Any]) -> None:
    assert (played["revoked_today"]["kind"], played["revoked_today"]["facts"]) == ("bad", "")


def test_what_is_no_card_is_not_sent_anywhere(played: dict[str, Any]) -> None:
    assert (played["no_card"]["kind"], played["no_card"]["asked"]) == ("bad", [])


def test_the_worker_keeps_the_page_its_keys_and_its_list_and_nothing_else(played: dict[str, Any]) -> None:
    answered = {request for request, status in played["kept"].items() if status == 200}
    assert answered == {
        f"GET {ORIGIN}{path}" for path in ("/verify", "/verify.js", "/verify-card.js", "/both.js", "/verify.css")
    } | {
        f"GET {ORIGIN}/v1/card-keys",
        f"GET {ORIGIN}/v1/card-status-list",
    }
    assert played["dropped"] == ["verify-1"]
