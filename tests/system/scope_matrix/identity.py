"""The probes of identity's operations."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx

from sangathan_demo.truth import SignIn
from tests.system.demo_system import PASSWORD
from tests.system.scope_matrix.ground import NEXT_LEVEL, NOWHERE, Bearer, Ground, Place
from tests.system.scope_matrix.probes import Ask, Personal, Placed, Plain, Probe, at_unit, outcome, some, untraced
from tests.system.scope_matrix.records import NAMES, Records

PERSON: Final = ("phone", "name_hi", "name_en")


def _appoint(records: Records, _bearer: Bearer, place: Place) -> Ask:
    """To an office that most may give, and that is held at booths alone."""
    return Ask(body={"person": records.new_person(), "office": "booth-president", "unit_id": place.unit_id})


def _create(_records: Records, _bearer: Bearer, place: Place) -> Ask:
    level = NEXT_LEVEL.get(place.level, "booth")
    return Ask(body={"parent_id": place.unit_id, "level": level, "code": _code(), **NAMES})


def _rename(records: Records, _bearer: Bearer, place: Place) -> Ask:
    ground = records.ground
    read = ground.send(ground.makers["in."], "GET", f"/v1/units/{place.unit_id}")
    tag = read.headers.get("etag", '"1"')
    return Ask(ids={"unit_id": place.unit_id}, headers={"If-Match": tag}, body={"name_en": "Renamed"})


def _move_it(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(
        ids={"unit_id": records.unit(place, fresh=bearer.reaches(place))}, body={"parent_id": bearer.own.unit_id}
    )


def _move_there(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(
        ids={"unit_id": records.unit(bearer.own, fresh=bearer.reaches(place))}, body={"parent_id": place.unit_id}
    )


def _code() -> str:
    return f"z{uuid4().hex[:14]}"


def _split(records: Records, bearer: Bearer, place: Place) -> Ask:
    unit = records.unit(place, fresh=bearer.reaches(place))
    return Ask(ids={"unit_id": unit}, body={"code": _code(), **NAMES, "worker_ids": [NOWHERE]})


def _split_off(records: Records, bearer: Bearer, place: Place) -> Ask:
    """From a unit of one's own, another that may stand anywhere; beneath it none does."""
    body = {"code": _code(), **NAMES, "unit_ids": [records.unit(place, fresh=False)]}
    return Ask(ids={"unit_id": records.unit(bearer.own, fresh=bearer.reaches(place))}, body=body)


def _merge(records: Records, bearer: Bearer, place: Place) -> Ask:
    unit = records.unit(place, fresh=bearer.reaches(place))
    return Ask(ids={"unit_id": unit}, body={"into_id": records.another_unit(bearer.own)})


def _merge_into(records: Records, bearer: Bearer, place: Place) -> Ask:
    unit = records.another_unit(bearer.own, fresh=True) if bearer.reaches(place) else records.another_unit(bearer.own)
    return Ask(ids={"unit_id": unit}, body={"into_id": records.unit(place, fresh=bearer.reaches(place))})


def _sheet(_records: Records, _bearer: Bearer, place: Place) -> Ask:
    """A row that would stand beneath the place, which is found by its path."""
    level = NEXT_LEVEL.get(place.level, "booth")
    row = f"{place.path or 'in.none.'},{level},znew,नमूना,Namuna"
    return Ask(body={"csv": f"parent,level,code,name_hi,name_en\n{row}\n", "dry_run": True})


def _brought_in(reply: httpx.Response) -> str:
    if not reply.is_success:
        return outcome(reply)
    told = reply.json()
    done = f"{told['created']} created" if "created" in told else f"{told['appointed']} appointed"
    return f"200 {told['rejects'][0]['reason']}" if told["rejects"] else f"200 {done}"


def _without_sheet(body: dict[str, Any]) -> Any:
    """The sheet of rejects repeats what was sent."""
    return {name: value for name, value in untraced(body).items() if name != "rejects_csv"}


def _named(records: Records, _bearer: Bearer, place: Place) -> Ask:
    """A row that appoints somebody at the place, which is found by its path."""
    person = records.new_person()
    row = ",".join((*(person[name] for name in PERSON), "booth-president", place.path or "in.none."))
    return Ask(body={"csv": f"{','.join(PERSON)},office,unit\n{row}\n", "dry_run": True})


def _delegate(records: Records, appointment: str, unit: str) -> Ask:
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    body = {"person": records.new_person(), "unit_id": unit, "actions": ["worker.list"], "valid_to": until}
    return Ask(ids={"appointment_id": appointment}, body=body)


def _delegate_there(records: Records, bearer: Bearer, place: Place) -> Ask:
    return _delegate(records, bearer.sign_in.appointment_id, place.unit_id)


def _delegate_it(records: Records, bearer: Bearer, place: Place) -> Ask:
    """An appointment that is not the one acted under."""
    return _delegate(records, records.appointment(place), bearer.own.unit_id)


def _view_as(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(headers={"Sangathan-View-As": records.appointment(place)})


def _ladder(_ground: Ground, _bearer: Bearer) -> Ask:
    """Under a version that nothing has, so that the ladder stays."""
    return Ask(body={"levels": [{"code": "nation", **NAMES}]}, headers={"If-Match": '"1"'})


def _session(records: Records, bearer: Bearer, whose: str) -> Ask:
    """A new session, since ending the one in use would end the walk."""
    ground = records.ground
    if whose == "missing":
        return Ask(ids={"session_id": NOWHERE})
    owner = bearer.sign_in if whose == "mine" else ground.demo.truth.state_it_in_charge
    return Ask(ids={"session_id": ground.sign_in(owner)[1]})


def _wrong_password(_ground: Ground, bearer: Bearer) -> Ask:
    return Ask(body={"phone": bearer.sign_in.phone, "password": "not-the-password"}, token="")


def _right_password(_ground: Ground, bearer: Bearer) -> Ask:
    return Ask(body={"phone": bearer.sign_in.phone, "password": PASSWORD}, token="")


def _sign_in_code(_ground: Ground, bearer: Bearer) -> Ask:
    return Ask(body={"phone": bearer.sign_in.phone}, token="")


def _wrong_code(_ground: Ground, _bearer: Bearer) -> Ask:
    return Ask(body={"challenge": NOWHERE, "code": "000000"}, token="")


def _refresh(ground: Ground, bearer: Bearer) -> Ask:
    return Ask(body={"refresh_token": _pair(ground, bearer.sign_in)["refresh_token"]}, token="")


def _sign_out(ground: Ground, bearer: Bearer) -> Ask:
    return Ask(token=ground.sign_in(bearer.sign_in)[0])


def _pair(ground: Ground, who: SignIn) -> Any:
    return ground.send("", "POST", "/v1/sign-in", json={"phone": who.phone, "password": PASSWORD}).json()


PROBES: Final[tuple[Probe, ...]] = (
    Plain("GET /v1/jwks"),
    Plain("POST /v1/sign-in", _right_password, "the right password"),
    Plain("POST /v1/sign-in", _wrong_password, "a wrong password"),
    Plain("POST /v1/sign-in-codes", _sign_in_code),
    Plain("POST /v1/sign-ins-by-code", _wrong_code, "a wrong code"),
    Plain("POST /v1/token-refreshes", _refresh),
    Plain("POST /v1/sign-out", _sign_out),
    Plain("GET /v1/sessions"),
    Personal("POST /v1/sessions/{session_id}/endings", "session_id", _session),
    Plain("GET /v1/me"),
    Plain("GET /v1/my-audit-entries"),
    Plain("GET /v1/levels"),
    Plain("PUT /v1/levels", _ladder, "a stale version"),
    Placed("GET /v1/unit-exports", "?unit_id", at_unit()),
    Placed("POST /v1/unit-imports", "body csv", _sheet, reads=_brought_in, blanks=_without_sheet),
    Plain("GET /v1/units"),
    Placed("GET /v1/units", "?parent_id", at_unit("parent_id")),
    Placed("GET /v1/units", "?unit_id", at_unit()),
    Placed("POST /v1/units", "body parent_id", _create),
    Placed("GET /v1/units/{unit_id}", "unit_id", lambda _r, _b, place: Ask(ids={"unit_id": place.unit_id})),
    Placed("GET /v1/units/{unit_id}/history", "unit_id", lambda _r, _b, place: Ask(ids={"unit_id": place.unit_id})),
    Placed("POST /v1/units/{unit_id}/splits", "unit_id", _split),
    Placed("POST /v1/units/{unit_id}/splits", "body unit_ids", _split_off),
    Placed("POST /v1/units/{unit_id}/merges", "unit_id", _merge),
    Placed("POST /v1/units/{unit_id}/merges", "body into_id", _merge_into),
    Placed("PATCH /v1/units/{unit_id}", "unit_id", _rename),
    Placed("POST /v1/units/{unit_id}/moves", "unit_id", _move_it),
    Placed("POST /v1/units/{unit_id}/moves", "body parent_id", _move_there),
    Placed(
        "POST /v1/units/{unit_id}/closings",
        "unit_id",
        lambda r, b, place: Ask(ids={"unit_id": r.unit(place, fresh=b.reaches(place))}),
    ),
    Placed("GET /v1/appointments", "?unit_id", at_unit()),
    Placed("POST /v1/appointments", "body unit_id", _appoint),
    Placed("POST /v1/appointment-imports", "body csv", _named, reads=_brought_in, blanks=_without_sheet),
    Placed(
        "GET /v1/appointments/{appointment_id}",
        "appointment_id",
        lambda r, _b, place: Ask(ids={"appointment_id": r.appointment(place)}),
    ),
    Placed(
        "POST /v1/appointments/{appointment_id}/endings",
        "appointment_id",
        lambda r, b, place: Ask(ids={"appointment_id": r.appointment(place, fresh=b.reaches(place))}),
    ),
    Placed("POST /v1/appointments/{appointment_id}/delegations", "body unit_id", _delegate_there),
    Placed("POST /v1/appointments/{appointment_id}/delegations", "appointment_id", _delegate_it),
    Plain("GET /v1/offices"),
    Placed("GET /v1/units", "Sangathan-View-As", _view_as),
    Placed("GET /v1/vacancies", "?unit_id", at_unit(office="booth-president")),
    Placed(
        "POST /v1/persons/{person_id}/suspensions",
        "person_id",
        lambda r, b, place: Ask(ids={"person_id": r.person(place, fresh=b.reaches(place))}, body={"reason": "a test"}),
    ),
    Placed(
        "POST /v1/persons/{person_id}/reinstatements",
        "person_id",
        lambda r, _b, place: Ask(ids={"person_id": r.person(place)}),
    ),
    Placed(
        "GET /v1/identity-audit-entries",
        "?subject_id",
        lambda r, _b, place: Ask(query={"subject_id": r.appointment(place)}),
        reads=some,
    ),
    Placed("GET /v1/identity-audit-entries", "?unit_id", at_unit()),
)
