"""The probes of what takes workers elsewhere: transfers between units."""

from typing import Final

from sangathan_registry.domain.card import member_number
from tests.system.scope_matrix.ground import Bearer, Place
from tests.system.scope_matrix.probes import Ask, Placed, Plain, Probe, at_unit
from tests.system.scope_matrix.records import Records


def _transfer_worker(records: Records, bearer: Bearer, place: Place) -> Ask:
    to = bearer.positions.get("inside", bearer.own)
    # Always a new one: whom an earlier probe has moved no longer stands at the place.
    worker = records.worker_to_transfer(place, fresh=True)
    return Ask(ids={"worker_id": worker}, body={"to_unit_id": to.unit_id, "cause": "moved-home"})


def _transfer_there(records: Records, bearer: Bearer, place: Place) -> Ask:
    """A worker of the own unit, to the place: any unit can be asked to take somebody."""
    worker = records.worker_to_transfer(bearer.own, fresh=True)
    return Ask(ids={"worker_id": worker}, body={"to_unit_id": place.unit_id, "cause": "moved-home"})


def _request_transfer(_records: Records, _bearer: Bearer, place: Place) -> Ask:
    """By a number that nobody carries."""
    body = {"to_unit_id": place.unit_id, "cause": "moved-home", "membership_number": member_number(99_999_999)}
    return Ask(body=body)


def _transfer(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"transfer_id": records.transfer(place)})


def _take_transfer_back(records: Records, bearer: Bearer, place: Place) -> Ask:
    transfer = records.transfer(place, fresh=bearer.reaches(place))
    return Ask(ids={"transfer_id": transfer}, body={"answer": "take-back"})


PROBES: Final[tuple[Probe, ...]] = (
    Placed("POST /v1/workers/{worker_id}/transfers", "worker_id", _transfer_worker),
    Placed("POST /v1/workers/{worker_id}/transfers", "body to_unit_id", _transfer_there, everywhere=True),
    Placed("POST /v1/transfers", "body to_unit_id", _request_transfer),
    Plain("GET /v1/transfers"),
    Placed("GET /v1/transfers", "?unit_id", at_unit()),
    Placed("GET /v1/transfers/{transfer_id}", "transfer_id of a worker there", _transfer),
    Placed("POST /v1/transfers/{transfer_id}/answers", "transfer_id of a worker there", _take_transfer_back),
)
