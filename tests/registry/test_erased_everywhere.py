"""All four services and the real broker: on its date nothing of an erased person is in any table of any database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import nats
import pytest

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.sealing import Sealer
from sangathan_embedded import EmbeddedServers, apply_topology
from sangathan_identity.commands.load_dataset import LoadDataset, load_dataset
from sangathan_identity.main import SERVICE as IDENTITY
from sangathan_identity.settings import IdentitySettings
from sangathan_notify.main import SERVICE as NOTIFY
from sangathan_notify.settings import NotifySettings
from sangathan_registry.commands.purge_erased import purge_some
from sangathan_registry.main import SERVICE as REGISTRY
from sangathan_registry.settings import RegistrySettings
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import FreshDatabase, everything_in
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import Harness, Person, running
from sangathan_workshops.main import SERVICE as WORKSHOPS
from sangathan_workshops.settings import WorkshopsSettings
from tests.identity import world as identity_world
from tests.registry import world
from tests.registry.test_erasures import HER, MONTH, NAME_EN, NAME_HI, PHONE, erase, erasures
from tests.workshops import stage as workshops_stage

SERVICES: Final[dict[str, tuple[Any, Any]]] = {
    "identity": (IDENTITY, IdentitySettings),
    "registry": (REGISTRY, RegistrySettings),
    "notify": (NOTIFY, NotifySettings),
    "workshops": (WORKSHOPS, WorkshopsSettings),
}
SHE: Final = identity_world.holder(identity_world.BOOTH)
DEVICE: Final = "Meenakshi's phone"


@dataclass(frozen=True, slots=True)
class Everything:
    """The running services by name, and the clock that they share."""

    services: dict[str, Harness]
    clock: FixedClock


@pytest.fixture
async def everything(
    servers: EmbeddedServers, fresh_database: FreshDatabase, settings_for: SettingsFor, tmp_path: Path
) -> AsyncIterator[Everything]:
    await apply_topology(servers.nats_url, servers.secrets.nats_password("operator"))
    password = servers.secrets.nats_password("operator")
    operator = await nats.connect(servers.nats_url, user="operator", password=password, inbox_prefix="_INBOX_operator")
    for name in SERVICES:
        await operator.jsm().purge_stream(f"EV_{name.upper()}")
    await operator.close()
    clock, urls = FixedClock(world.NOW), {name: await fresh_database(name) for name in SERVICES}
    sealer = Sealer(KeyFile(Path(servers.secrets.seal_key("identity"))))
    await load_dataset(LoadDataset(urls["identity"].migrator, identity_world.write_dataset(tmp_path)), sealer)
    await world.put_tree(urls["registry"])
    await workshops_stage.plant(urls["workshops"])
    async with AsyncExitStack() as stack:
        running_ones = {}
        for name, (service, settings_type) in SERVICES.items():
            settings = settings_for(settings_type, name, urls[name], nats=True)
            running_ones[name] = await stack.enter_async_context(running(service, settings, urls[name], clock))
        yield Everything(running_ones, clock)


async def execute(service: Harness, statement: str, *values: Any) -> None:
    connection = await asyncpg.connect(service.urls.superuser)
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()


async def known_everywhere(at: Everything, sealer: Sealer) -> str:
    """She signs in on a phone with her name, is on record, was invited, came, and was thanked; gives her record."""
    identity, registry = at.services["identity"], at.services["registry"]
    await execute(
        identity,
        "UPDATE persons SET name_hi = $2, name_en = $3, phone_sealed = $4, phone_index = $5 WHERE id = $1",
        SHE.person_id,
        NAME_HI,
        NAME_EN,
        sealer.seal(PHONE, place="persons.phone"),
        sealer.index(PHONE, place="persons.phone"),
    )
    signed_in = await identity.ask(
        "POST",
        "/v1/sign-in",
        action="session.sign-in",
        json={"phone": PHONE, "password": identity_world.PASSWORD, "device": DEVICE},
    )
    assert signed_in.status_code == 200, signed_in.text
    worker = await world.enrolled(registry, **HER)
    await execute(registry, "UPDATE workers SET person_id = $1", SHE.person_id)
    await execute(
        at.services["notify"],
        "INSERT INTO inbox_messages VALUES ($1, $2, 'attendance-recorded', 'k', $3, $4, $3, $4, '{}', now(), NULL, 1)",
        uuid4(),
        SHE.person_id,
        NAME_HI,
        NAME_EN,
    )
    stage = workshops_stage.Stage(at.services["workshops"])
    workshop = (await stage.gwalior())["id"]
    await stage.invite(workshop)
    [own] = await stage.own("in.mp.d07.")
    await stage.check_in(workshop, own["id"])
    await execute(stage.service, "UPDATE invitations SET person_id = $1 WHERE id = $2", SHE.person_id, UUID(own["id"]))
    return str(worker["id"])


async def test_on_its_date_an_erased_person_is_in_no_table_of_any_database(
    everything: Everything, servers: EmbeddedServers
) -> None:
    sealer = Sealer(KeyFile(Path(servers.secrets.seal_key("identity"))))
    worker_id = await known_everywhere(everything, sealer)
    services = everything.services
    officer = world.at(world.BOOTH)
    await erase(services["registry"], officer, worker_id)
    everything.clock.pass_time(MONTH)
    assert await purge_some(services["registry"].database) == 1
    async with asyncio.timeout(30):
        while (erasure := (await erasures(services["registry"], officer))[0])["status"] != "complete":
            await asyncio.sleep(0.1)
    removed = {one["service"]: one["removed"] for one in erasure["reports"]}
    assert removed["notify"]["inbox_messages"] == 1
    assert removed["workshops"] == {"attendances": 1, "invitations": 1}
    assert removed["identity"].items() >= {"persons": 1, "sessions": 1}.items()
    told = [NAME_HI, NAME_EN, PHONE[1:], DEVICE, sealer.index(PHONE, place="persons.phone").hex()]
    for name, service in services.items():
        for table, text in (await everything_in(service.urls)).items():
            for one in told:
                assert one not in text, (name, table)
                assert one.encode().hex() not in text, (name, table)
    assert str(SHE.person_id) not in (await everything_in(services["workshops"].urls))["invitations"]


async def test_who_was_erased_neither_signs_in_nor_holds_an_office(
    everything: Everything, servers: EmbeddedServers
) -> None:
    sealer = Sealer(KeyFile(Path(servers.secrets.seal_key("identity"))))
    worker_id = await known_everywhere(everything, sealer)
    services = everything.services
    await erase(services["registry"], world.at(world.BOOTH), worker_id)
    body = {"phone": PHONE, "password": identity_world.PASSWORD}

    async def signs_in() -> bool:
        answer = await services["identity"].ask("POST", "/v1/sign-in", action="session.sign-in", json=body)
        return answer.status_code == 200

    assert await signs_in(), "until its date an erasure can be taken back by the person alone"
    everything.clock.pass_time(MONTH)
    await purge_some(services["registry"].database)
    async with asyncio.timeout(30):
        while await signs_in():
            await asyncio.sleep(0.1)
    ended = "SELECT count(*) FROM appointments WHERE person_id = $1 AND ended_at IS NULL"
    assert await world.value(services["identity"], ended, SHE.person_id) == 0


async def test_nobody_else_is_touched(everything: Everything, servers: EmbeddedServers) -> None:
    sealer = Sealer(KeyFile(Path(servers.secrets.seal_key("identity"))))
    worker_id = await known_everywhere(everything, sealer)
    services = everything.services
    neighbour = Person(person_id=identity_world.holder(identity_world.NEXT_BOOTH).person_id)
    other = await world.enrolled(services["registry"], booth=world.NEXT_BOOTH)
    await erase(services["registry"], world.at(world.BOOTH), worker_id)
    everything.clock.pass_time(MONTH)
    await purge_some(services["registry"].database)
    async with asyncio.timeout(30):
        while (await erasures(services["registry"], world.at(world.BOOTH)))[0]["status"] != "complete":
            await asyncio.sleep(0.1)
    kept = "SELECT name_en <> '' AND phone_sealed <> '' AND suspended_at IS NULL FROM persons WHERE id = $1"
    assert await world.value(services["identity"], kept, neighbour.person_id) is True
    assert await world.value(services["workshops"], "SELECT count(*) FROM invitations") == 1
    read = await world.read(services["registry"], world.at(world.NEXT_BOOTH), other["id"])
    assert read.json()["status"] == "active"
