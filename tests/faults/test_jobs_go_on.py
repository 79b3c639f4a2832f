"""The registry is killed in the middle of a long job: its successor goes on, and each row is there once."""

import asyncio
import base64
import csv
import io
from collections import Counter
from typing import Any

import asyncpg
import httpx

from tests.faults.chaos import Chaos
from tests.faults.devices import Device
from tests.faults.ledger import Ledger
from tests.faults.places import Places
from tests.system.demo_system import PASSWORD, DemoSystem

ROWS = 2_500
IMPORTING = "SELECT worked, rows FROM worker_imports WHERE id = $1::text::uuid"
EXPORTING = "SELECT rows, 2500 FROM exports WHERE id = $1::text::uuid"
ON_RECORD = "SELECT count(*) FROM workers WHERE unit_id = $1::text::uuid AND name_en LIKE 'Kramik %'"


async def test_an_import_and_an_export_survive_the_process_that_works_on_them(demo: DemoSystem, chaos: Chaos) -> None:
    places, unit = Places.of(demo.servers), demo.truth.vacant_booth.unit_id
    async with httpx.AsyncClient(base_url=demo.system.plan.gateway_url, timeout=60, trust_env=False) as http:
        ledger = Ledger()
        device = Device(http, ledger, demo.truth.level("state").sign_in.phone, PASSWORD)
        brought_in = await device.post("/v1/worker-imports", unit_id=unit, **a_list())
        await killed_midway(chaos, places, (IMPORTING, brought_in["id"]))
        done = await ended(device, f"/v1/worker-imports/{brought_in['id']}", "done")
        # Asked a second time, the same list finds its rows there.
        assert (done["accepted"] + done["already_there"], done["rejected"], done["needs_review"]) == (ROWS, 0, 0)
        assert await places.value("registry", ON_RECORD, unit) == ROWS
        taken_out = await device.post("/v1/exports", unit_id=unit, format="csv", purpose="To be counted")
        await killed_midway(chaos, places, (EXPORTING, taken_out["id"]))
        ready = await ended(device, f"/v1/exports/{taken_out['id']}", "ready")
        file = (await device.ask("GET", ready["file"])).text.split("\r\n", 1)[1]
    lines = [line["name_en"] for line in csv.DictReader(io.StringIO(file))]
    assert len(lines) == ready["rows"]
    assert Counter(name for name in lines if name.startswith("Kramik")) == Counter(map(name_of, range(ROWS)))
    assert ledger.refused == []


def name_of(number: int) -> str:
    return "Kramik " + "".join(chr(ord("a") + int(digit)) for digit in f"{number:05}")


def a_list() -> dict[str, Any]:
    rows = [f"{name_of(number)},61000{number:05},1980" for number in range(ROWS)]
    return {
        "file": base64.b64encode("\n".join(["Name,Mobile,Born", *rows]).encode()).decode(),
        "mapping": {"Name": "name_en", "Mobile": "phone", "Born": "birth_year"},
        "basis": "Register of the district office, 2019",
    }


async def killed_midway(chaos: Chaos, places: Places, job: tuple[str, str]) -> None:
    """Kills the registry when a part of the job is done, and sees that not all of it was."""
    connection = await asyncpg.connect(places.databases["registry"])
    try:
        async with asyncio.timeout(120):
            while not await connection.fetchval(*job):
                await asyncio.sleep(0.002)
        with chaos.held_back("registry"):
            [(come, goes)] = await connection.fetch(*job)
            assert 0 < come < goes
    finally:
        await connection.close()
    await chaos.all_ready()


async def ended(device: Device, path: str, state: str) -> dict[str, Any]:
    async with asyncio.timeout(120):
        while (found := await device.get(path))["state"] != state:
            await asyncio.sleep(0.2)
    return dict(found)
