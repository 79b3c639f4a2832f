"""The probes of the registry's operations."""

from typing import Any, Final

import httpx

from tests.system.scope_matrix.ground import ABSENT, Bearer, Ground, Place
from tests.system.scope_matrix.lists import list_for, worker_import
from tests.system.scope_matrix.probes import Ask, Listed, Personal, Placed, Plain, Probe, at_unit, outcome, untraced
from tests.system.scope_matrix.records import DATES, DEFINITION, LABEL, CannotBeError, Records

_RANDOM: Final = {"id", "sha256", "nonce", "standing"}


def _worker(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"worker_id": records.worker(place)})


def _change(records: Records, _bearer: Bearer, place: Place) -> Ask:
    worker = records.worker(place)
    ground = records.ground
    read = ground.send(ground.makers["in."], "GET", f"/v1/workers/{worker}")
    tag = read.headers.get("etag", '"1"')
    return Ask(ids={"worker_id": worker}, headers={"If-Match": tag}, body={"birth_year": 1986})


def _correct_answers(records: Records, _bearer: Bearer, place: Place) -> Ask:
    """Of a worker who was asked nothing: whoever sees the record is told so."""
    body = {"answers": {"education": "graduate"}}
    return Ask(ids={"worker_id": records.worker(place)}, headers={"If-Match": "*"}, body=body)


def _withdraw(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"worker_id": records.worker(place, fresh=bearer.reaches(place))}, body={"reason": "left"})


def _search(_records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(body={"name": "Namuna", "unit_id": place.unit_id})


def _question(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(body={"worker_id": records.worker(place)})


def _answer(reply: httpx.Response) -> str:
    return f"200 {'yes' if reply.json()['one_of_ours'] else 'no'}" if reply.is_success else outcome(reply)


def _cross_check_worker(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(body={"worker_id": records.worker(place), "purpose": "a test of the matrix"})


def _cross_check_unit(records: Records, _bearer: Bearer, place: Place) -> Ask:
    records.worker(place)
    return Ask(body={"name": "Namuna", "unit_id": place.unit_id, "purpose": "a test of the matrix"})


def _on_record(reply: httpx.Response) -> str:
    return f"200 {'found' if reply.json()['on_record'] else 'nobody'}" if reply.is_success else outcome(reply)


def _sync(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(body={"records": [records.record(place)]})


def _paper(records: Records, _bearer: Bearer, place: Place) -> Ask:
    """Keyed for the story's vistarak, in a drive that everybody sees."""
    who = records.ground.demo.truth.vistarak.sign_in.person_id
    record = records.record(place, serial=records.record(place)["id"][-12:])
    return Ask(body={"drive_id": _common_drive(records), "vistarak_id": who, "records": [record]})


def _taken(reply: httpx.Response) -> str:
    if not reply.is_success:
        return outcome(reply)
    (result,) = reply.json()["results"]
    return " ".join(str(part) for part in (reply.status_code, result["outcome"], result["reason"]) if part)


def _without_receipts(body: dict[str, Any]) -> Any:
    """What is said about each record; ids, salts and the receipt are new every time."""
    if "results" not in body:
        return untraced(body)
    return [{name: value for name, value in one.items() if name not in _RANDOM} for one in body["results"]]


def _assign(records: Records, _bearer: Bearer, place: Place) -> Ask:
    who = records.ground.demo.truth.vistarak.sign_in.person_id
    return Ask(body={"person_id": who, "unit_id": place.unit_id, "valid_from": DATES["starts_at"]})


def _form(_records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(body={"unit_id": place.unit_id, "title": LABEL, "definition": DEFINITION})


def _publish(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"form_version_id": records.form(place, fresh=bearer.reaches(place))}, body={})


def _retire(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"form_version_id": records.form(place, fresh=bearer.reaches(place), published=True)}, body={})


def _drive(_records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(body={"unit_id": place.unit_id, "name": LABEL, **DATES, "target_per_booth": 12})


def _common_drive(records: Records) -> str:
    """A drive of the whole nation, which everybody sees."""
    return records.drive(next(one.own for one in records.ground.bearers if one.level == "nation"))


def _unit_of_drive(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"drive_id": _common_drive(records)}, query={"unit_id": place.unit_id})


def _drive_itself(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"drive_id": records.drive(place)}, query={"unit_id": bearer.own.unit_id})


def _pack_of_drive(records: Records, bearer: Bearer, place: Place) -> Ask:
    booth = bearer.positions.get("inside", bearer.own)
    return Ask(ids={"drive_id": records.drive(place)}, query={"unit_id": booth.unit_id})


def _decide(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"held_id": records.held(place, fresh=bearer.reaches(place))}, body={"decision": "dismissed"})


def _held(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"held_id": records.held(place, fresh=False)})


def _flags_of_drive(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"drive_id": records.drive(place)})


def _find(records: Records, bearer: Bearer, place: Place) -> Ask:
    body = {"finding": "fine", "why": "a test of the matrix"}
    return Ask(ids={"flag_id": records.flag(place, fresh=bearer.reaches(place))}, body=body)


def _fence(_records: Records, _bearer: Bearer, place: Place) -> Ask:
    sheet = f"unit,latitude,longitude,radius_m\n{place.path},23.0,79.0,400\n"
    return Ask(body={"csv": sheet, "dry_run": True})


def _fenced(reply: httpx.Response) -> str:
    if not reply.is_success:
        return outcome(reply)
    told = reply.json()
    return f"200 {'fenced' if told['fenced'] else told['rejects'][0]['reason']}"


def _without_rejects(body: dict[str, Any]) -> Any:
    """What is said about each row; the rejects repeat what was sent."""
    return untraced({name: value for name, value in body.items() if name != "rejects_csv"})


def _own_drive(ground: Ground, _bearer: Bearer) -> Ask:
    records = Records(ground)
    return Ask(query={"drive_id": _common_drive(records)})


def _decide_pair(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"duplicate_id": records.pair(place, fresh=bearer.reaches(place))}, body={"keep": None})


def _undo_merge(records: Records, _bearer: Bearer, place: Place) -> Ask:
    """Of a pair that has not been merged."""
    return Ask(ids={"duplicate_id": records.pair(place)}, body={"reason": "two people"})


def _break_glass(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(body={"worker_id": records.worker(place), "reason": "a test of the matrix"})


def _opening(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"opening_id": records.opening(place)})


def _opened(records: Records, bearer: Bearer, whose: str) -> Ask:
    """What the district's president has opened; another's is the president's of the district beside."""
    if whose == "missing":
        return Ask(ids={"opening_id": records.opening(ABSENT)})
    if whose == "mine":
        if bearer.level != "district":
            raise CannotBeError
        return Ask(ids={"opening_id": records.opening(bearer.own)})
    beside = next(one for one in records.ground.bearers if one.level == "district").positions["sibling"]
    return Ask(ids={"opening_id": records.opening(beside)})


def _end(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"opening_id": records.opening(place)}, body={})


def _review(records: Records, bearer: Bearer, place: Place) -> Ask:
    opening = records.opening(place, fresh=bearer.reaches(place))
    return Ask(ids={"opening_id": opening}, body={"verdict": "justified"})


def _issue_card(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"worker_id": records.worker(place)}, body={"why": "a test of the matrix"})


def _card(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"card_id": records.card(place, fresh=bearer.reaches(place))}, query={"format": "txt"})


def _end_card(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"card_id": records.card(place, fresh=bearer.reaches(place))}, body={"why": "a test of the matrix"})


def _case(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"case_id": records.case(place)})


def _open_case(_records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(body={"unit_id": place.unit_id, "claim": {"name": "Anjaan"}, "what": "He threatened a shopkeeper."})


def _look_at_case(records: Records, bearer: Bearer, place: Place) -> Ask:
    case = records.case(place, fresh=bearer.reaches(place))
    return Ask(ids={"case_id": case}, headers={"If-Match": '"1"'}, body={"step": "looked-at"})


def _pass_case_on(records: Records, bearer: Bearer, place: Place) -> Ask:
    """A case of the own unit, to the place."""
    body = {"step": "passed-on", "unit_id": place.unit_id}
    return Ask(ids={"case_id": records.case(bearer.own, fresh=True)}, headers={"If-Match": '"1"'}, body=body)


def _decide_case(records: Records, bearer: Bearer, place: Place) -> Ask:
    case = records.case_looked_at(place, fresh=bearer.reaches(place))
    body = {"outcome": "unknown", "reasons": "a test of the matrix"}
    return Ask(ids={"case_id": case}, headers={"If-Match": '"2"'}, body=body)


def _clear_worker(records: Records, bearer: Bearer, place: Place) -> Ask:
    """A case of the own unit, and the place's worker as the one who is meant."""
    case = records.case_looked_at(bearer.own, fresh=True)
    body = {"outcome": "one-of-ours", "reasons": "a test of the matrix", "worker_id": records.worker(place)}
    return Ask(ids={"case_id": case}, headers={"If-Match": '"2"'}, body=body)


def _evidence(records: Records, _bearer: Bearer, place: Place) -> Ask:
    case, evidence = records.evidence(place)
    return Ask(ids={"case_id": case, "evidence_id": evidence})


def _add_evidence(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"case_id": records.case(place)}, content=b"%PDF-1", headers={"Content-Type": "application/pdf"})


def _statement(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"statement_id": records.statement(place)})


def _list(_records: Records, _bearer: Bearer, place: Place) -> Ask:
    """Tried, so that no list waits in the way of another."""
    return Ask(body=list_for(place, dry_run=True))


def _import(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"import_id": worker_import(records.ground, place)})


def _stop_import(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"import_id": worker_import(records.ground, place)}, body={})


def _report(_ground: Ground, bearer: Bearer) -> Ask:
    return Ask(body={"unit_id": bearer.own.unit_id, "claim": {"name": "Anjaan"}, "what": "He threatened somebody."})


PROBES: Final[tuple[Probe, ...]] = (
    Plain("GET /v1/workers"),
    Placed("GET /v1/workers", "?unit_id", at_unit()),
    Placed("POST /v1/workers", "body unit_id", lambda r, _b, place: Ask(body=r.particulars(place))),
    Placed("GET /v1/workers/{worker_id}", "worker_id", _worker),
    Placed("GET /v1/workers/{worker_id}/history", "worker_id", _worker),
    Placed("PATCH /v1/workers/{worker_id}", "worker_id", _change),
    Placed("GET /v1/workers/{worker_id}/answers", "worker_id", _worker),
    Placed("PATCH /v1/workers/{worker_id}/answers", "worker_id", _correct_answers),
    Placed("POST /v1/workers/{worker_id}/withdrawals", "worker_id", _withdraw),
    Placed("POST /v1/worker-imports", "body unit_id", _list),
    Plain("GET /v1/worker-imports"),
    Placed("GET /v1/worker-imports", "?unit_id", at_unit()),
    Placed("GET /v1/worker-imports/{import_id}", "import_id", _import),
    Placed("GET /v1/worker-imports/{import_id}/rows", "import_id", _import),
    Placed("GET /v1/worker-imports/{import_id}/rejects", "import_id", _import),
    Placed("GET /v1/worker-imports/{import_id}/office-bearers", "import_id", _import),
    Placed("POST /v1/worker-imports/{import_id}/stops", "import_id", _stop_import),
    Placed("POST /v1/worker-searches", "body unit_id", _search),
    Placed(
        "POST /v1/worker-searches",
        "?unit_id",
        lambda _r, _b, place: Ask(query={"unit_id": place.unit_id}, body={"name": "Namuna"}),
    ),
    Placed("POST /v1/worker-questions", "body worker_id", _question, reads=_answer, everywhere=True),
    Placed("POST /v1/cross-checks", "body worker_id", _cross_check_worker, reads=_on_record),
    Placed("POST /v1/cross-checks", "body unit_id", _cross_check_unit, reads=_on_record),
    Placed("GET /v1/unit-counts", "?unit_id", at_unit()),
    Placed("POST /v1/sync-batches", "body unit_id", _sync, reads=_taken, blanks=_without_receipts),
    Placed("POST /v1/paper-entries", "body unit_id", _paper, reads=_taken, blanks=_without_receipts),
    Plain("GET /v1/assignments"),
    Placed("GET /v1/assignments", "?unit_id", at_unit()),
    Placed("POST /v1/assignments", "body unit_id", _assign),
    Plain("GET /v1/held-records", _own_drive),
    Placed("GET /v1/held-records", "?unit_id", at_unit()),
    Placed("GET /v1/held-records/{held_id}", "held_id", _held),
    Placed("POST /v1/held-records/{held_id}/decisions", "held_id", _decide),
    Placed("GET /v1/drives/{drive_id}/flags", "?unit_id", _unit_of_drive),
    Placed("GET /v1/drives/{drive_id}/flags", "drive_id", _flags_of_drive, from_above=True),
    Placed("GET /v1/drives/{drive_id}/flag-counts", "?unit_id", _unit_of_drive),
    Placed("GET /v1/drives/{drive_id}/flag-counts", "drive_id", _drive_itself, from_above=True),
    Placed("POST /v1/drive-flags/{flag_id}/findings", "flag_id", _find),
    Placed("GET /v1/drives/{drive_id}/coverage", "?unit_id", _unit_of_drive),
    Placed("GET /v1/drives/{drive_id}/coverage", "drive_id", _drive_itself, from_above=True),
    Plain("GET /v1/fences"),
    Placed("GET /v1/fences", "?unit_id", at_unit()),
    Placed("POST /v1/fence-imports", "body csv", _fence, reads=_fenced, blanks=_without_rejects),
    Plain("GET /v1/duplicates"),
    Placed("GET /v1/duplicates", "?unit_id", at_unit()),
    Placed("POST /v1/duplicates/{duplicate_id}/decisions", "duplicate_id", _decide_pair),
    Placed("POST /v1/duplicates/{duplicate_id}/undoings", "duplicate_id", _undo_merge),
    Listed("GET /v1/forms", "a form", lambda r, place: r.form(place), from_above=True),
    Placed("POST /v1/forms", "body unit_id", _form),
    Placed("POST /v1/forms/{form_version_id}/publications", "form_version_id", _publish),
    Placed("POST /v1/forms/{form_version_id}/retirements", "form_version_id", _retire),
    Listed("GET /v1/drives", "a drive", lambda r, place: r.drive(place), from_above=True),
    Placed("POST /v1/drives", "body unit_id", _drive),
    Placed("GET /v1/drives/{drive_id}/progress", "?unit_id", _unit_of_drive),
    Placed("GET /v1/drives/{drive_id}/progress", "drive_id", _drive_itself, from_above=True),
    Placed("GET /v1/drives/{drive_id}/own-progress", "drive_id", _flags_of_drive, from_above=True),
    Placed("GET /v1/drives/{drive_id}/booth-pack", "?unit_id", _unit_of_drive),
    Placed("GET /v1/drives/{drive_id}/booth-pack", "drive_id", _pack_of_drive, from_above=True),
    Placed("POST /v1/break-glass-openings", "body worker_id", _break_glass, everywhere=True),
    Plain("GET /v1/break-glass-openings"),
    Placed("GET /v1/break-glass-openings", "?unit_id", at_unit()),
    Placed("GET /v1/break-glass-openings/{opening_id}", "opening_id of an opener there", _opening),
    Personal("GET /v1/break-glass-openings/{opening_id}/worker", "opening_id", _opened),
    Placed("POST /v1/break-glass-openings/{opening_id}/endings", "opening_id of an opener there", _end),
    Placed("POST /v1/break-glass-openings/{opening_id}/reviews", "opening_id of an opener there", _review),
    Placed("POST /v1/workers/{worker_id}/cards", "worker_id", _issue_card),
    Placed("GET /v1/workers/{worker_id}/cards", "worker_id", _worker),
    Placed("GET /v1/cards/{card_id}/face", "card_id", _card),
    Placed("POST /v1/cards/{card_id}/endings", "card_id", _end_card),
    Plain("GET /v1/card-keys"),
    Plain("GET /v1/card-status-list"),
    Plain("POST /v1/card-verifications", lambda _ground, _bearer: Ask(body={"qr": "SGC1:"})),
    Plain("GET /v1/cases"),
    Placed("GET /v1/cases", "?unit_id", at_unit()),
    Placed("POST /v1/cases", "body unit_id", _open_case),
    Placed("GET /v1/cases/{case_id}", "case_id", _case),
    Placed("GET /v1/cases/{case_id}/matches", "case_id", _case),
    Placed("GET /v1/cases/{case_id}/reporter", "case_id", _case),
    Placed("POST /v1/cases/{case_id}/steps", "case_id", _look_at_case),
    Placed("POST /v1/cases/{case_id}/steps", "body unit_id", _pass_case_on),
    Placed("POST /v1/cases/{case_id}/decisions", "case_id", _decide_case),
    Placed("POST /v1/cases/{case_id}/decisions", "body worker_id", _clear_worker),
    Placed("POST /v1/cases/{case_id}/evidence", "case_id", _add_evidence),
    Placed("GET /v1/cases/{case_id}/evidence/{evidence_id}", "evidence_id", _evidence),
    Placed("GET /v1/case-statements/{statement_id}", "statement_id", _statement),
    Plain("POST /v1/case-reports", _report),
    Plain("POST /v1/statement-verifications", lambda _g, _b: Ask(body={"statement": "a.b.c"})),
    Plain("GET /v1/receipt-keys"),
    Plain("GET /v1/my-registry-audit-entries"),
    Plain("GET /v1/audit-entries"),
    Placed("GET /v1/audit-entries", "?unit_id", at_unit()),
)
