"""Signing keys take turns: the next is published ahead, the last is kept until its tokens are dead."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jws

from sangathan_identity.adapters.signing_keys import SigningKeys
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.main import replace_signing_keys
from sangathan_identity.settings import IdentitySettings
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import Harness
from tests.identity.asking import rows

LIFE = timedelta(days=30)
Keys = list[SigningKeys]


@pytest.fixture
def keys(identity: Harness, monkeypatch: pytest.MonkeyPatch) -> SigningKeys:
    """Keys that are looked up at each use, since the clock of these tests jumps."""
    monkeypatch.setattr(SigningKeys, "FRESH_S", -1.0)
    return another(identity)


def another(identity: Harness) -> SigningKeys:
    """The keys as one more process sees them."""
    return SigningKeys(Doorway(identity.database), identity.app.state.parts.sealer, LIFE)


async def published(keys: SigningKeys, algorithm: str = "Ed25519") -> set[str]:
    return {str(key["kid"]) for key in await keys.published() if key["alg"] == algorithm}


async def signs(keys: SigningKeys) -> str:
    header: dict[str, Any] = jws.extract_compact((await keys.sign({"sub": "x"})).encode()).headers()
    return str(header["kid"])


async def test_each_kind_of_token_has_a_key_of_its_own(keys: SigningKeys) -> None:
    access = jws.extract_compact((await keys.sign({})).encode()).headers()
    identity = jws.extract_compact((await keys.sign_id_token({})).encode()).headers()
    assert (access["alg"], access["typ"]) == ("Ed25519", "at+jwt")
    assert (identity["alg"], identity["typ"]) == ("RS256", "JWT")
    assert access["kid"] != identity["kid"]


async def test_what_is_published_holds_no_private_part(keys: SigningKeys) -> None:
    private = {"d", "p", "q", "dp", "dq", "qi", "k"}
    assert [key for key in await keys.published() if private & key.keys()] == []


async def test_the_next_key_is_published_a_day_before_it_signs(keys: SigningKeys, clock: FixedClock) -> None:
    first = await signs(keys)
    clock.pass_time(LIFE - timedelta(days=1))
    assert len(await published(keys)) == 2
    assert await signs(keys) == first
    clock.pass_time(timedelta(days=1))
    assert await signs(keys) != first


async def test_the_last_key_is_kept_until_its_tokens_are_dead(keys: SigningKeys, clock: FixedClock) -> None:
    first = await signs(keys)
    clock.pass_time(LIFE - timedelta(days=1))
    await signs(keys)
    clock.pass_time(timedelta(days=1, hours=1))
    assert first in await published(keys)
    clock.pass_time(timedelta(hours=1, seconds=1))
    assert first not in await published(keys)
    assert len(await published(keys)) == 1


async def test_a_retired_key_leaves_no_private_part_behind(
    keys: SigningKeys, clock: FixedClock, identity: Harness
) -> None:
    first = await signs(keys)
    await keys.replace_all()
    [row] = await rows(identity, "SELECT private_sealed, retired_at FROM signing_keys WHERE kid = $1", first)
    assert row["private_sealed"] == b""
    assert row["retired_at"] == clock.now()


async def test_processes_that_rotate_at_once_make_one_key(
    keys: SigningKeys, clock: FixedClock, identity: Harness
) -> None:
    await signs(keys)
    clock.pass_time(LIFE - timedelta(hours=1))
    processes = [keys, *(another(identity) for _ in range(3))]
    seen = await asyncio.gather(*(published(one) for one in processes))
    assert len(seen[0]) == 2
    assert len({frozenset(one) for one in seen}) == 1


async def test_a_system_that_slept_through_the_change_still_publishes_ahead(
    keys: SigningKeys, clock: FixedClock
) -> None:
    first = await signs(keys)
    clock.pass_time(LIFE * 3)
    assert await signs(keys) == first
    assert len(await published(keys)) == 2


async def test_a_stolen_key_is_replaced_at_once(keys: SigningKeys, identity: Harness) -> None:
    old = await published(keys) | await published(keys, "RS256")
    await another(identity).replace_all()
    assert not (await published(keys) | await published(keys, "RS256")) & old
    assert await signs(keys) not in old


async def test_an_operator_replaces_stolen_keys_by_a_command(
    keys: SigningKeys, identity: Harness, settings_for: SettingsFor
) -> None:
    old = await published(keys)
    await replace_signing_keys(settings_for(IdentitySettings, "identity", identity.urls))
    assert not await published(keys) & old


async def test_a_key_of_the_release_before_signs_on(keys: SigningKeys, identity: Harness) -> None:
    first = await signs(keys)
    await rows(identity, "UPDATE signing_keys SET signs_from = NULL")
    assert await signs(another(identity)) == first
