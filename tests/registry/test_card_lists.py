"""The public list and keys: cached, signed, renewed, and rotated in the middle of a card's life."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sangathan_cards.verdict import Verdict, check
from sangathan_registry.main import SERVICE
from sangathan_registry.settings import RegistrySettings
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import Harness, running
from tests.registry import card_desk as desk
from tests.registry import world

Rotate = Callable[..., None]
ONE, TWO, THREE = (f"{kid}:{kid * 5}aaa" for kid in ("11111111", "22222222", "33333333"))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "card.key"
    path.write_text(f"{ONE}\n{TWO}\n")
    return path


@pytest.fixture
async def registry(
    urls: DatabaseUrls, settings_for: SettingsFor, clock: FixedClock, key_file: Path
) -> AsyncIterator[Harness]:
    settings = settings_for(
        RegistrySettings, "registry", urls, fold_every_s=3600, match_every_s=3600, card_key_file=key_file
    )
    async with running(SERVICE, settings, urls, clock) as harness:
        yield harness


@pytest.fixture
def rotate(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> Rotate:
    """Writes the key file anew; it is looked at before each use instead of once a second."""
    monkeypatch.setattr("sangathan_chassis.assertion.KeyFile.CHECK_EVERY_S", 0.0)

    def write(*keys: str) -> None:
        key_file.write_text("\n".join(keys))

    return write


@pytest.fixture
async def text(registry: Harness) -> str:
    worker = str((await world.enrolled(registry))["id"])
    return await desk.code(registry, (await desk.issued(registry, worker))["id"])


async def test_who_has_the_list_is_told_so_until_a_card_ends(registry: Harness) -> None:
    worker = str((await world.enrolled(registry))["id"])
    card = await desk.issued(registry, worker)
    first = await desk.fetched_list(registry)
    tag = first.headers["etag"]
    assert first.headers["content-type"] == "application/statuslist+cwt"
    assert first.headers["cache-control"] == "public, max-age=300"
    assert (await desk.fetched_list(registry, tag)).status_code == 304
    await desk.issued(registry, str((await world.enrolled(registry))["id"]))
    assert (await desk.fetched_list(registry, tag)).status_code == 304, "a card more changes nothing"
    await desk.end(registry, world.at(world.BOOTH), card["id"])
    changed = await desk.fetched_list(registry, tag)
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)


async def test_the_list_is_signed_anew_every_hour_and_good_for_a_week(registry: Harness, clock: FixedClock) -> None:
    first = await desk.statuses(registry)
    clock.pass_time(timedelta(hours=1))
    second = await desk.statuses(registry)
    assert second.issued_at - first.issued_at == 3600
    assert second.expires_at - second.issued_at == 7 * 86_400
    assert second.bits == first.bits


async def test_a_page_that_was_without_network_for_too_long_does_not_vouch(registry: Harness, text: str) -> None:
    keys, statuses, now = await desk.keys(registry), await desk.statuses(registry), int(world.NOW.timestamp())
    assert check(text, keys, statuses, now + 6 * 86_400).verdict is Verdict.VALID
    assert check(text, keys, statuses, now + 7 * 86_400).verdict is Verdict.STATUS_UNKNOWN


async def test_a_card_of_a_thousand_later_ones_is_on_the_list(registry: Harness) -> None:
    await world.rows(registry, "SELECT setval('card_indexes', 5000)")
    card = await desk.issued(registry, str((await world.enrolled(registry))["id"]))
    assert (await desk.checked(registry, await desk.code(registry, card["id"]))).verdict is Verdict.VALID
    await desk.end(registry, world.at(world.BOOTH), card["id"])
    assert (await desk.statuses(registry)).ended(5001) is True


async def test_a_key_is_published_before_it_signs_and_after(registry: Harness, text: str, rotate: Rotate) -> None:
    before = await desk.keys(registry)
    assert list(before) == [b"11111111", b"22222222"]
    rotate(TWO, THREE, ONE)
    newer = await desk.issued(registry, str((await world.enrolled(registry))["id"]))
    newer_text = await desk.code(registry, newer["id"])
    statuses, now = await desk.statuses(registry), int(world.NOW.timestamp())
    # A page that has not been online since: it has known the key that signs now.
    assert check(newer_text, before, statuses, now).verdict is Verdict.VALID
    assert (await desk.checked(registry, text)).verdict is Verdict.VALID
    assert (await desk.verified(registry, text))["verdict"] == "valid"


async def test_without_its_key_a_card_is_nobodys(registry: Harness, text: str, rotate: Rotate) -> None:
    rotate(TWO)
    assert (await desk.verified(registry, text))["verdict"] == "unknown-key"


async def test_an_expired_card_is_told_so_and_no_name(registry: Harness, text: str, clock: FixedClock) -> None:
    clock.pass_time(timedelta(days=1095))
    said = await desk.verified(registry, text)
    assert (said["verdict"], said["name"]) == ("expired", None)


async def test_what_is_no_card_is_told_so(registry: Harness) -> None:
    for bent in ("SGC1:", "https://example.org", "SGC1:" + "0" * 900):
        said = await desk.verified(registry, bent)
        assert (said["verdict"], said["name"], said["expires_at"]) == ("not-a-card", None, None)
