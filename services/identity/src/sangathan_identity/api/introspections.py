"""For the gateway alone: whether a session still holds while its feed of revocations is silent."""

from uuid import UUID

from pydantic import Field

from sangathan_chassis.edge import CallerDep, declares, edge_router
from sangathan_chassis.refusal import UNAUTHENTICATED, Refusal
from sangathan_identity.api.fields import Body, Reply
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.queries.introspect import appointment_holds, session_holds

# It stays out of the document: the gateway's policy has no such route, so no caller reaches it from outside.
router = edge_router(tags=["internal"])


class Question(Body):
    """A session and its person, and the appointment they act under, if any."""

    session_id: UUID
    person_id: UUID
    appointment_id: UUID | None = Field(default=None)


class Answer(Reply):
    """Whether all that was asked about still holds."""

    active: bool


@router.post("/v1/introspections", include_in_schema=False, **declares("token.introspect", opens="nothing"))
async def introspect(body: Question, caller: CallerDep, parts: PartsDep) -> Answer:
    """Answers the gateway's own assertion, which speaks for nobody."""
    if caller.person_id is not None:
        raise Refusal(UNAUTHENTICATED)
    async with parts.doorway.read() as connection:
        active = await session_holds(connection, body.session_id, body.person_id)
        if active and body.appointment_id is not None:
            now = parts.clock.now()
            active = await appointment_holds(connection, body.appointment_id, body.person_id, now)
    return Answer(active=active)
