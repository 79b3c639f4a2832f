"""A tree small enough to know by heart, and what its office-bearers send."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import asyncpg
import msgspec
from httpx import Response

from sangathan_chassis.ids import uuid7
from sangathan_chassis.scope import Scope
from sangathan_contracts.envelope import Envelope, Event
from sangathan_contracts.identity import UnitMoved, UnitState
from sangathan_registry.api.parts import Parts
from sangathan_registry.commands.match_workers import match_some
from sangathan_registry.domain.confirmations import Renotice
from sangathan_testkit.databases import DatabaseUrls
from sangathan_testkit.harness import Harness, Person

LEVELS: Final = ("nation", "state", "district", "vidhan-sabha", "mandal", "booth")
# d07 and d070 are there because one path's text begins with the other's.
PATHS: Final = (
    "in.",
    "in.mp.",
    "in.mp.d07.",
    "in.mp.d07.v1.",
    "in.mp.d07.v1.m1.",
    "in.mp.d07.v1.m1.b1.",
    "in.mp.d07.v1.m1.b2.",
    "in.mp.d07.v1.m2.",
    "in.mp.d07.v1.m2.b3.",
    "in.mp.d070.",
    "in.mp.d070.v3.",
    "in.mp.d070.v3.m1.",
    "in.mp.d070.v3.m1.b1.",
    "in.nx.",
    "in.nx.d01.",
)
NATION, STATE, DISTRICT, VIDHAN_SABHA, MANDAL, BOOTH, NEXT_BOOTH, NEXT_MANDAL, FAR_BOOTH = PATHS[:9]
TWIN: Final = "in.mp.d070."
TWIN_BOOTH: Final = "in.mp.d070.v3.m1.b1."
NOW: Final = datetime(2022, 1, 20, 9, 0, tzinfo=UTC)
IN_FORCE = Renotice()
CAPTURED: Final = "2022-01-20T12:30:00+05:30"
ALL_FIELDS: Final = ("open", "contact", "sensitive")
OFFICES: Final = dict(
    zip(
        LEVELS,
        (
            "national-president",
            "state-president",
            "district-president",
            "vidhan-sabha-president",
            "mandal-president",
            "booth-president",
        ),
        strict=True,
    )
)
CONSENT: Final = {
    "purpose": "membership",
    "notice_version": "1",
    "language": "hi",
    "how": "written",
    "given_at": CAPTURED,
}


PRIVATE: Final[dict[str, Any]] = {
    "address": "मकान 12\nनमूना टोला",
    "pin": "470661",
    "epic": "ABC1234566",
    "birth_date": "1985-03-12",
    "birth_year": 1985,
}
"""What a record may hold besides, as it is read again."""


def unit_id(path: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:sangathan:test:{path}")


def level_of(path: str) -> str:
    return LEVELS[path.count(".") - 1]


def at(path: str, office: str = "", **more: Any) -> Person:
    """An office-bearer at the unit that was made at this path, with every field class unless said."""
    return Person(
        path=path,
        office=office or OFFICES[level_of(path)],
        unit_id=more.pop("unit", unit_id(path)),
        **{"field_classes": ALL_FIELDS, **more},
    )


def a_worker(booth: str = BOOTH, **changes: Any) -> dict[str, Any]:
    body = {
        "unit_id": str(unit_id(booth)),
        "name_hi": "श्री रमेश नमूना",
        "name_en": "Ramesh Namuna",
        "relation_type": "father",
        "relation_name": "पूर्वज नमूना",
        "gender": "male",
        "birth_year": 1985,
        "phone": "+916000000001",
        "consent": dict(CONSENT),
    }
    return body | changes


def a_record(booth: str = BOOTH, **changes: Any) -> dict[str, Any]:
    return a_worker(booth, id=str(uuid7()), captured_at=CAPTURED) | changes


async def put_tree(urls: DatabaseUrls) -> None:
    """The replica as identity's snapshot would have made it."""
    owner = await asyncpg.connect(urls.superuser)
    try:
        for path in PATHS:
            parent = path.rstrip(".").rpartition(".")[0]
            await owner.execute(
                "INSERT INTO unit_replica (unit_id, parent_id, level, code, path, name_hi, name_en, version)"
                " VALUES ($1, $2, $3, $4, $5, 'इकाई', $6, 1)",
                unit_id(path),
                unit_id(parent + ".") if parent else None,
                level_of(path),
                path.rstrip(".").rpartition(".")[2],
                path,
                f"Unit {path}",
            )
        await owner.execute("INSERT INTO replica_state (tree_version) VALUES (1)")
    finally:
        await owner.close()


async def rows(service: Harness, statement: str, *values: Any) -> list[asyncpg.Record]:
    """Rows as the superuser sees them: for a test's own eyes, past every wall."""
    connection = await asyncpg.connect(service.urls.superuser)
    try:
        return list(await connection.fetch(statement, *values))
    finally:
        await connection.close()


async def value(service: Harness, statement: str, *values: Any) -> Any:
    return (await rows(service, statement, *values))[0][0]


async def size(service: Harness, table: str) -> int:
    """How many rows a table has; the trail's own head, told of each second, is none that a request has made."""
    asked_for = " WHERE type <> 'registry.trail.sealed.v1'" if table == "outbox" else ""
    return int(await value(service, f"SELECT count(*) FROM {table}{asked_for}"))  # noqa: S608 - a table's name.


async def paths(service: Harness, table: str) -> set[str]:
    return {row["path"] for row in await rows(service, f"SELECT path FROM {table}")}  # noqa: S608


async def enrol(service: Harness, person: Person, **changes: Any) -> Response:
    return await service.ask("POST", "/v1/workers", action="worker.enrol", person=person, json=a_worker(**changes))


async def enrolled(service: Harness, booth: str = BOOTH, **changes: Any) -> dict[str, Any]:
    answer = await enrol(service, at(NATION), booth=booth, **changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(service: Harness, person: Person, **params: str | int) -> Response:
    return await service.ask("GET", "/v1/workers", action="worker.list", person=person, params=params)


async def read(service: Harness, person: Person, worker_id: str, headers: dict[str, str] | None = None) -> Response:
    path = f"/v1/workers/{worker_id}"
    return await service.ask("GET", path, action="worker.read", person=person, headers=headers)


async def searched(service: Harness, person: Person, **body: Any) -> Response:
    return await service.ask("POST", "/v1/worker-searches", action="worker.list", person=person, json=body)


async def synced(service: Harness, person: Person, records: list[Any], **more: Any) -> Response:
    body = {"records": records, **more}
    return await service.ask("POST", "/v1/sync-batches", action="worker.sync", person=person, json=body)


async def withdraw(service: Harness, person: Person, worker_id: str) -> Response:
    path = f"/v1/workers/{worker_id}/withdrawals"
    return await service.ask("POST", path, action="worker.withdraw", person=person, json={"reason": "left"})


async def counted(service: Harness, person: Person, path: str) -> Any:
    params: dict[str, str | int] = {"unit_id": str(unit_id(path))}
    answer = await service.ask("GET", "/v1/unit-counts", action="worker.count", person=person, params=params)
    return answer.json().get("active", answer.status_code)


def pointers(answer: Response) -> list[str]:
    return sorted(error["pointer"] for error in answer.json()["errors"])


async def matched(service: Harness, notice: Renotice = IN_FORCE) -> None:
    """Lets every record find what it is like; the service's own job may be at it too."""
    while await size(service, "match_queue"):
        await match_some(service.database, service.app.state.parts.sealer, notice)


async def move(service: Harness, path: str, new_path: str, *, tree_version: int = 2) -> None:
    """Does what the consumer does with identity's event."""
    state = UnitState(
        unit_id=unit_id(path),
        parent_id=unit_id(new_path.rstrip(".").rpartition(".")[0] + "."),
        level=level_of(new_path),
        code=new_path.rstrip(".").rpartition(".")[2],
        path=new_path,
        name_hi="इकाई",
        name_en="Unit",
        version=2,
    )
    event = UnitMoved(unit=state, old_path=path, tree_version=tree_version)
    parts: Parts = service.app.state.parts
    async with service.database.work(Scope.everything()) as work:
        await parts.replica.on_unit_moved(work, envelope(event))


def envelope(event: Event) -> Envelope:
    return Envelope(id=uuid4(), type=event.type, source="test", time=NOW, subject="ev", body=msgspec.json.encode(event))
