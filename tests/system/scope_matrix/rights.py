"""The probes of what people may ask of their own record: consent, its confirmation, grievances, access, and erasure."""

from typing import Final
from uuid import uuid4

from tests.system.scope_matrix.ground import Bearer, Ground, Place
from tests.system.scope_matrix.probes import Ask, Placed, Plain, Probe, at_unit
from tests.system.scope_matrix.records import Records


def _worker(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"worker_id": records.worker(place)})


def _erase(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"worker_id": records.worker_to_erase(place, fresh=bearer.reaches(place))}, body={})


def _agree(records: Records, bearer: Bearer, place: Place) -> Ask:
    consent = {**records.particulars(place)["consent"], "purpose": "contact"}
    return Ask(ids={"worker_id": records.worker(place, fresh=bearer.reaches(place))}, body={"consent": consent})


def _take_back(records: Records, bearer: Bearer, place: Place) -> Ask:
    ids = {"worker_id": records.worker(place, fresh=bearer.reaches(place))}
    return Ask(ids=ids, body={"purpose_code": "training"})


def _undo_erasure(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"erasure_id": records.erasure(place, fresh=bearer.reaches(place))}, body={})


def _bent(_ground: Ground, _bearer: Bearer) -> Ask:
    """Nobody's own record is to go under the walk."""
    return Ask(body={"sure": True})


def _nobodys_transfer(_ground: Ground, _bearer: Bearer) -> Ask:
    return Ask(ids={"transfer_id": str(uuid4())}, body={})


def _no_link(_ground: Ground, _bearer: Bearer) -> Ask:
    """Another one each time, so that nobody is told to wait."""
    return Ask(body={"link": f"sgk_{uuid4()}"})


def _no_code(_ground: Ground, _bearer: Bearer) -> Ask:
    return Ask(body={"link": f"sgk_{uuid4()}", "code": "123456"})


def _grievance_by_no_link(_ground: Ground, _bearer: Bearer) -> Ask:
    return Ask(body={"link": f"sgk_{uuid4()}", "kind": "other", "told": "a test of the matrix"})


def _no_grievance(_ground: Ground, _bearer: Bearer) -> Ask:
    return Ask(body={"reference": "00000-00000", "secret": "0000000000"})


def _grievance(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"grievance_id": records.grievance(place)})


def _take_grievance(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"worker_id": records.worker(place)}, body={"kind": "other", "told": "a test of the matrix"})


def _answer_grievance(records: Records, bearer: Bearer, place: Place) -> Ask:
    grievance = records.grievance(place, fresh=bearer.reaches(place))
    return Ask(ids={"grievance_id": grievance}, body={"reply": {"en": "a test of the matrix"}})


PROBES: Final[tuple[Probe, ...]] = (
    Placed("POST /v1/workers/{worker_id}/erasures", "worker_id", _erase),
    Plain("GET /v1/erasures"),
    Placed("GET /v1/erasures", "?unit_id", at_unit()),
    Placed("POST /v1/erasures/{erasure_id}/undoings", "erasure_id", _undo_erasure),
    Placed("GET /v1/workers/{worker_id}/access-file", "worker_id", _worker),
    Plain("GET /v1/my-access-file"),
    Plain("GET /v1/notices"),
    Plain("GET /v1/retention-rules"),
    Placed("GET /v1/workers/{worker_id}/consents", "worker_id", _worker),
    Placed("POST /v1/workers/{worker_id}/consents", "worker_id", _agree),
    Placed("POST /v1/workers/{worker_id}/consent-withdrawals", "worker_id", _take_back),
    Plain("GET /v1/my-consents"),
    Plain("POST /v1/my-consents/withdrawals", _bent, "a bent body"),
    Plain("POST /v1/my-consents/confirmations", _bent, "a bent body"),
    Plain("POST /v1/consent-confirmation-codes", _no_link, "a link that leads nowhere"),
    Plain("POST /v1/consent-confirmations", _no_code, "a code of nobody's"),
    Plain("POST /v1/record-denials", _no_link, "a link that leads nowhere"),
    Plain("POST /v1/grievances", _grievance_by_no_link, "a link that leads nowhere"),
    Plain("POST /v1/grievance-states", _no_grievance, "a number of none"),
    Placed("POST /v1/workers/{worker_id}/grievances", "worker_id", _take_grievance),
    Plain("GET /v1/my-grievances"),
    Plain("POST /v1/my-grievances", _bent, "a bent body"),
    Plain("GET /v1/grievances"),
    Placed("GET /v1/grievances", "?unit_id", at_unit()),
    Placed("GET /v1/grievance-counts", "?unit_id", at_unit()),
    Placed("GET /v1/grievances/{grievance_id}", "grievance_id", _grievance),
    Placed("POST /v1/grievances/{grievance_id}/answers", "grievance_id", _answer_grievance),
    Plain("GET /v1/unconfirmed-consents"),
    Placed("GET /v1/unconfirmed-consents", "?unit_id", at_unit()),
    Plain("GET /v1/renotices"),
    Placed("GET /v1/renotices", "?unit_id", at_unit()),
    Placed("GET /v1/confirmation-counts", "?unit_id", at_unit()),
    Plain("GET /v1/my-erasures"),
    Plain("GET /v1/my-transfers"),
    Plain("POST /v1/my-transfers", _bent, "a bent body"),
    Plain("POST /v1/my-transfers/{transfer_id}/takings-back", _nobodys_transfer, "a transfer that nobody asked for"),
    Plain("POST /v1/my-erasures", _bent, "a bent body"),
    Plain("POST /v1/my-erasures/undoings", _bent, "a bent body"),
)
