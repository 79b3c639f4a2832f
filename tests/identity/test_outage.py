"""While identity's database is away, nobody is told that something went wrong: they are asked to come back."""

from dataclasses import replace

import pytest

from sangathan_identity.main import SERVICE
from sangathan_identity.settings import IdentitySettings
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls, FreshDatabase
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import running
from tests.identity import asking, world

NOBODY_LISTENS = "postgresql://identity_app:secret@127.0.0.1:9/identity"


@pytest.fixture
async def away(fresh_database: FreshDatabase) -> DatabaseUrls:
    return replace(await fresh_database("identity"), app=NOBODY_LISTENS)


async def test_signing_in_without_a_database_is_asked_for_again(away: DatabaseUrls, settings_for: SettingsFor) -> None:
    async with running(SERVICE, settings_for(IdentitySettings, "identity", away), away, FixedClock()) as identity:
        for answer in (
            await asking.sign_in(identity, world.holder(world.BOOTH)),
            await asking.refresh(identity, "sgr_none"),
            await asking.ask_for_code(identity, "+916000000001"),
        ):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1"), answer.text
