"""Lists of existing workers as district offices keep them, and how they are brought in."""

import base64
from typing import Any, Final

from httpx import Response

from sangathan_registry.api.parts import Parts
from sangathan_registry.api.phones import read_phone
from sangathan_registry.commands.work_imports import Importer
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.world import DISTRICT

PATH: Final = "/v1/worker-imports"
ACTION: Final = "worker.import"
HEADER: Final = "उनका नाम,मोबाइल,पिता का नाम,लिंग,जन्म तिथि,इकाई,दायित्व"
MAPPING: Final = {
    "उनका नाम": "name",
    "मोबाइल": "phone",
    "पिता का नाम": "father_name",
    "लिंग": "gender",
    "जन्म तिथि": "birth_date",
    "इकाई": "unit",
    "दायित्व": "office",
}
BASIS: Final = "Register of the district office, 2019"


def a_row(number: int = 1, **changes: str) -> str:
    """One row of the list; each number is another person."""
    cells = {
        "name": f"रमेश नमूना{'क' * number}",
        "phone": f"60000{number:05}",
        "father": "श्री पूर्वज नमूना",
        "gender": "पुरुष",
        "born": "15/08/1975",
        "unit": "v1.m1.b1",
        "office": "",
    }
    return ",".join((cells | changes).values())


def a_list(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


async def sent(service: Harness, data: bytes, *, person: Person | None = None, **changes: Any) -> Response:
    """Sends a list for the district, as its president."""
    body = {
        "unit_id": str(world.unit_id(DISTRICT)),
        "file": base64.b64encode(data).decode(),
        "mapping": MAPPING,
        "basis": BASIS,
    }
    who = person or world.at(DISTRICT)
    return await service.ask("POST", PATH, action=ACTION, person=who, json=body | changes)


async def tried(service: Harness, data: bytes, **changes: Any) -> dict[str, Any]:
    answer = await sent(service, data, **{"dry_run": True, "mapping": None, "basis": None} | changes)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def importer(service: Harness, **more: Any) -> Importer:
    """The job as a process that has just been started would have it."""
    parts: Parts = service.app.state.parts
    return Importer(service.database, parts.sealer, read_phone, **more)


async def brought_in(service: Harness, data: bytes, **changes: Any) -> dict[str, Any]:
    """Sends a list and works it off; gives the import as it then stands."""
    answer = await sent(service, data, **changes)
    assert answer.status_code == 202, answer.text
    job = importer(service)
    while await job.work_some():
        pass
    return await followed(service, answer.headers["location"])


async def followed(service: Harness, path: str, person: Person | None = None, **params: Any) -> dict[str, Any]:
    who = person or world.at(DISTRICT)
    answer = await service.ask("GET", path, action=ACTION, person=who, params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def taken(service: Harness, import_id: str, what: str, person: Person | None = None) -> Response:
    path = f"{PATH}/{import_id}/{what}"
    return await service.ask("GET", path, action=ACTION, person=person or world.at(DISTRICT))


def counts(import_: dict[str, Any]) -> tuple[int, int, int, int]:
    return import_["accepted"], import_["already_there"], import_["rejected"], import_["needs_review"]
