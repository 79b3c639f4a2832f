"""Identity's trail takes in what the gateway refused."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from sangathan_chassis.consumer import Poison
from sangathan_chassis.scope import Scope
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.gateway import RequestsRefused
from sangathan_identity.subscribers.refusals import on_requests_refused
from sangathan_testkit.harness import Harness
from tests.identity import world

ASKER = world.holder(world.BOOTH)
MOMENT = datetime(2022, 1, 20, 9, 0, tzinfo=UTC)


def envelope(body: bytes) -> Envelope:
    return Envelope(id=uuid4(), type=RequestsRefused.type, source="test", time=MOMENT, subject="ev", body=body)


async def hear(identity: Harness, body: bytes) -> None:
    async with identity.database.work(Scope.everything()) as work:
        await on_requests_refused(work, envelope(body))


async def test_a_refusal_is_read_by_whoever_was_refused_and_above_them(identity: Harness) -> None:
    event = RequestsRefused(
        person_id=ASKER.person_id,
        session_id=ASKER.session_id,
        appointment_id=ASKER.appointment_id,
        office=ASKER.office,
        unit_id=ASKER.unit_id,
        path=ASKER.path,
        action="worker.cross-check",
        route="POST /v1/cross-checks",
        reason="forbidden",
        times=3,
        first_at=MOMENT,
        last_at=MOMENT + timedelta(seconds=1),
        trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
    )
    await hear(identity, msgspec.json.encode(event))
    for action, path, who in (
        ("audit.read", "/v1/identity-audit-entries", world.holder(world.STATE)),
        ("audit.read-own", "/v1/my-audit-entries", ASKER),
    ):
        [entry] = (await identity.ask("GET", path, action=action, person=who)).json()["items"]
        assert (entry["action"], entry["outcome"], entry["office"]) == ("worker.cross-check", "refused", ASKER.office)
        assert (entry["detail"]["reason"], entry["detail"]["times"]) == ("forbidden", 3)


async def test_what_cannot_be_read_is_dead_lettered(identity: Harness) -> None:
    with pytest.raises(Poison):
        await hear(identity, b"{}")
