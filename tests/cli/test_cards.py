"""Cards are checked where there is no network, from what was fetched where there was one; keys take turns."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sangathan_cards import cose
from sangathan_cards.status_list import StatusList, bits_of
from tests.cards.vectors import CARD, KEYS, REVOKED, STRANGER, signed_list, text_of
from tests.cli.conftest import Command

NOW = int(time.time())
GOOD = replace(CARD, issued_at=NOW - 60, expires_at=NOW + 86_400)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What `cards fetch` writes."""
    statuses = StatusList(bits_of([REVOKED], 64), NOW - 60, NOW + 3600)
    (tmp_path / "card-keys.cbor").write_bytes(cose.write_keys(KEYS))
    (tmp_path / "card-status-list.cbor").write_bytes(signed_list(statuses))
    return tmp_path


def test_a_good_card_is_told_in_words_and_by_the_exit_code(sangathan: Command, folder: Path) -> None:
    (folder / "code").write_text(text_of(GOOD))
    done = sangathan("cards", "verify", str(folder / "code"), "--from", str(folder))
    assert done.returncode == 0, done.stderr
    said = [line.partition(": ") for line in done.stdout.splitlines()]
    assert [said[0][0], *(value for _, _, value in said[1:4])] == ["valid", GOOD.number, GOOD.name_hi, GOOD.name_en]


def test_a_card_ends_on_the_day_that_it_is_in_india(sangathan: Command, folder: Path) -> None:
    evening = int(datetime(2097, 12, 31, 20, tzinfo=UTC).timestamp())
    (folder / "code").write_text(text_of(replace(GOOD, expires_at=evening)))
    done = sangathan("cards", "verify", str(folder / "code"), "--from", str(folder), "--json")
    assert json.loads(done.stdout)["until"] == "2098-01-01"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (text_of(replace(GOOD, index=REVOKED)), "revoked"),
        (text_of(replace(GOOD, expires_at=NOW - 1)), "expired"),
        (text_of(GOOD, key=STRANGER), "forged"),
        ("SGC1:", "not-a-card"),
    ],
)
def test_a_card_that_is_not_good_is_told_without_a_name(
    sangathan: Command, folder: Path, text: str, verdict: str
) -> None:
    (folder / "code").write_text(text)
    done = sangathan("cards", "verify", str(folder / "code"), "--from", str(folder), "--json")
    assert (done.returncode, json.loads(done.stdout)) == (1, {"verdict": verdict})


def test_a_folder_with_another_signers_list_is_refused(sangathan: Command, folder: Path) -> None:
    (folder / "card-status-list.cbor").write_bytes(signed_list(key=STRANGER))
    (folder / "code").write_text(text_of(GOOD))
    done = sangathan("cards", "verify", str(folder / "code"), "--from", str(folder))
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)


def test_the_key_published_ahead_signs_after_the_turn_and_nothing_is_dropped(
    sangathan: Command, tmp_path: Path
) -> None:
    path = tmp_path / "card.key"
    path.write_text("one:aaaa\ntwo:bbbb\nold:cccc\n")
    assert sangathan("cards", "rotate-keys", "--key-file", str(path)).returncode == 0
    signing, ahead, *others = path.read_text().split()
    assert (signing, others) == ("two:bbbb", ["one:aaaa", "old:cccc"])
    assert len(ahead.partition(":")[2]) == 43
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_a_key_published_ahead_nothing_turns(sangathan: Command, tmp_path: Path) -> None:
    path = tmp_path / "card.key"
    path.write_text("one:aaaa\n")
    done = sangathan("cards", "rotate-keys", "--key-file", str(path))
    assert (done.returncode, path.read_text()) == (1, "one:aaaa\n")
