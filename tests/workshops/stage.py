"""A small tree of units with their presidents, put straight into the replica, and what tests ask of the service."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg
import httpx

from sangathan_testkit.databases import DatabaseUrls
from sangathan_testkit.harness import Harness, Person

HOME: Final = UUID("22222222-2222-4222-8222-222222222222")
SINCE: Final = datetime(2021, 1, 1, tzinfo=UTC)
LEVELS: Final = ("nation", "state", "district", "vidhan-sabha")
DISTRICTS: Final = ("in.mp.d07.", "in.mp.d070.", "in.mp.d08.")
PATHS: Final = ("in.", "in.mp.", *DISTRICTS, "in.mp.d07.v1.", "in.nx.", "in.nx.d01.")
OFFICES: Final = {2: "state-president", 3: "district-president", 4: "vidhan-sabha-president"}


def unit_id(path: str) -> UUID:
    return uuid5(HOME, path)


def person_id(path: str) -> UUID:
    return uuid5(HOME, f"president of {path}")


def president(path: str) -> Person:
    """Who holds the highest office at a unit, acting under it."""
    office = OFFICES[path.count(".")]
    return Person(path, office=office, unit_id=unit_id(path), person_id=person_id(path))


def alone(path: str) -> Person:
    """The same person, acting only for themselves."""
    return Person(person_id=person_id(path))


STATE: Final = president("in.mp.")
DISTRICT: Final = president("in.mp.d07.")


async def plant(urls: DatabaseUrls) -> None:
    """Puts the tree and a president per unit into the replica."""
    owner = await asyncpg.connect(urls.superuser)
    try:
        for path in PATHS:
            parent = path[:-1].rpartition(".")[0]
            await owner.execute(
                "INSERT INTO unit_replica VALUES ($1, $2, $3, $4, $5, $6, $7, 1, NULL)",
                unit_id(path),
                unit_id(parent + ".") if parent else None,
                LEVELS[path.count(".") - 1],
                path[:-1].rpartition(".")[2],
                path,
                f"इकाई {path}",
                f"Unit {path}",
            )
            if path != "in.":
                await appoint(owner, person_id(path), OFFICES[path.count(".")], path)
        await owner.execute("INSERT INTO replica_state (tree_version) VALUES (1)")
    finally:
        await owner.close()


async def appoint(owner: Any, person: UUID, office: str, path: str, *, until: datetime | None = None) -> None:
    await owner.execute(
        "INSERT INTO appointment_replica VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, 1, NULL)",
        person,
        office,
        unit_id(path),
        SINCE,
        until,
    )


def row(path: str, *, venue: str = "Gwalior", day: str = "2022-01-22") -> dict[str, str]:
    return {"date": day, "venue_hi": "ग्वालियर", "venue_en": venue, "unit_id": str(unit_id(path))}


def plan(*rows: dict[str, str], **more: Any) -> dict[str, Any]:
    """A plan for the three districts of the state, two venues, unless told otherwise."""
    usual = (row(DISTRICTS[0]), row(DISTRICTS[1]), row(DISTRICTS[2], venue="Sagar"))
    return {
        "name_hi": "जनवरी",
        "name_en": "January",
        "unit_id": str(unit_id("in.mp.")),
        "level": "district",
        "rows": list(rows or usual),
        **more,
    }


@dataclass(frozen=True, slots=True)
class Stage:
    """The running service, asked in the words of the workshops API."""

    service: Harness

    async def bring_in(self, body: dict[str, Any] | None = None, who: Person = STATE) -> httpx.Response:
        # Escapes, unlike httpx, let a lone surrogate through to the service.
        content = json.dumps(body or plan()).encode("ascii")
        headers = {"content-type": "application/json"}
        return await self.service.ask(
            "POST", "/v1/workshop-plans", action="workshop.plan", person=who, content=content, headers=headers
        )

    async def plan_id(self) -> str:
        answer = await self.bring_in()
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def workshops(self, who: Person = STATE, **params: Any) -> list[dict[str, Any]]:
        answer = await self.service.ask("GET", "/v1/workshops", action="workshop.read", person=who, params=params)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def gwalior(self) -> dict[str, Any]:
        """Brings the plan in and gives the workshop that d07 and d070 are called to."""
        await self.plan_id()
        return next(one for one in await self.workshops() if one["venue_en"] == "Gwalior")

    async def invite(self, workshop: str, who: Person = STATE, office: str = "district-president") -> httpx.Response:
        path = f"/v1/workshops/{workshop}/invitations"
        return await self.service.ask("POST", path, action="workshop.invite", person=who, json={"office": office})

    async def invited(self, workshop: str, who: Person = STATE) -> list[dict[str, Any]]:
        path = f"/v1/workshops/{workshop}/invitations"
        answer = await self.service.ask("GET", path, action="workshop.read", person=who)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def own(self, path: str) -> list[dict[str, Any]]:
        answer = await self.service.ask("GET", "/v1/invitations", action="invitation.read", person=alone(path))
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def answer(self, invitation: str, path: str, answer: str = "accepted") -> httpx.Response:
        return await self.service.ask(
            "POST",
            f"/v1/invitations/{invitation}/answers",
            action="invitation.answer",
            person=alone(path),
            json={"answer": answer},
        )

    async def check_in(self, workshop: str, invitation: str, who: Person = STATE, **more: Any) -> httpx.Response:
        path = f"/v1/workshops/{workshop}/attendances"
        body = {"invitation_id": invitation, **more}
        return await self.service.ask("POST", path, action="workshop.attendance", person=who, json=body)

    async def events(self) -> list[tuple[str, str]]:
        rows = await self.service.database.pool.fetch(
            "SELECT type, subject FROM outbox WHERE type <> 'workshops.trail.sealed.v1' ORDER BY seq"
        )
        return [(row["type"], row["subject"]) for row in rows]
