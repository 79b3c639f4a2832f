"""Suspends and reinstates people who sign in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, WorkDep, declares, edge_router
from sangathan_chassis.replies import json_reply
from sangathan_identity.api.fields import Body, Reason, Reply
from sangathan_identity.commands import reinstate_person, suspend_person
from sangathan_identity.commands.reinstate_person import ReinstatePerson
from sangathan_identity.commands.suspend_person import SuspendPerson
from sangathan_identity.domain.persons import Person

router = edge_router(tags=["persons"])

PersonIdParam = Annotated[UUID, Path(description="Somebody who holds or held an office within the caller's own unit.")]


class SuspensionIn(Body):
    """Why a person may not act any more."""

    reason: Reason


class PersonOut(Reply):
    """Whether a person may sign in and act."""

    id: UUID
    suspended_at: datetime | None = Field(description="Since when they may not; null when they may.")
    version: int


_403 = "It is the caller, or an office is held that the caller does not give or that lies elsewhere."


@router.post(
    "/v1/persons/{person_id}/suspensions",
    summary="Suspend a person",
    response_model=PersonOut,
    responses=refuses(404, _403=_403, _409="The person is suspended already."),
    **declares("person.suspend"),
)
async def suspend(person_id: PersonIdParam, body: SuspensionIn, caller: CallerDep, work: WorkDep) -> Response:
    """Ends every sign-in of the person and lets them into no other until reinstated."""
    return _reply(await suspend_person.handle(work, caller, SuspendPerson(person_id, body.reason)))


@router.post(
    "/v1/persons/{person_id}/reinstatements",
    summary="Reinstate a suspended person",
    response_model=PersonOut,
    responses=refuses(404, _403=_403, _409="The person is not suspended."),
    **declares("person.suspend"),
)
async def reinstate(person_id: PersonIdParam, caller: CallerDep, work: WorkDep) -> Response:
    """Lets the person sign in again."""
    return _reply(await reinstate_person.handle(work, caller, ReinstatePerson(person_id)))


def _reply(person: Person) -> Response:
    return json_reply({"id": person.id, "suspended_at": person.suspended_at, "version": person.version})
