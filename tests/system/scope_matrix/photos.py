"""The probes of photos, and of what a person reads of their own record."""

from typing import Any, Final

import httpx

from tests.registry.pictures import a_picture
from tests.system.scope_matrix.ground import Bearer, Ground, Place
from tests.system.scope_matrix.probes import Ask, Placed, Plain, Probe, outcome, untraced
from tests.system.scope_matrix.records import Records

_PICTURE: Final = a_picture(size=(96, 96))
_JPEG: Final = {"Content-Type": "image/jpeg"}


def _photo(records: Records, place: Place, *, fresh: bool = False) -> str:
    """A worker of the unit whose record has a photo."""
    worker = records.worker(place, fresh=fresh)
    if not place.missing:
        nation = records.ground.makers["in."]
        path = f"/v1/workers/{worker}/photo"
        reply = records.ground.send(nation, "PUT", path, content=_PICTURE, headers=_JPEG)
        assert reply.is_success, reply.text
    return worker


def _see(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"worker_id": _photo(records, place)})


def _put(records: Records, bearer: Bearer, place: Place) -> Ask:
    worker = records.worker(place, fresh=bearer.reaches(place))
    return Ask(ids={"worker_id": worker}, content=_PICTURE, headers=_JPEG)


def _remove(records: Records, bearer: Bearer, place: Place) -> Ask:
    worker = _photo(records, place, fresh=bearer.reaches(place))
    return Ask(ids={"worker_id": worker}, headers={"If-Match": "*"})


def _evidence(records: Records, place: Place, *, fresh: bool = False) -> dict[str, str]:
    """A worker of the unit, with the signature by which they agreed."""
    worker = records.worker(place, fresh=fresh)
    if not place.missing:
        nation = records.ground.makers["in."]
        path = f"/v1/workers/{worker}/consent-evidence/signature"
        reply = records.ground.send(nation, "PUT", path, content=_PICTURE, headers=_JPEG)
        assert reply.is_success, reply.text
    return {"worker_id": worker, "kind": "signature"}


def _see_evidence(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids=_evidence(records, place))


def _put_evidence(records: Records, bearer: Bearer, place: Place) -> Ask:
    worker = records.worker(place, fresh=bearer.reaches(place))
    return Ask(ids={"worker_id": worker, "kind": "photo"}, content=_PICTURE, headers=_JPEG)


def _remove_evidence(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids=_evidence(records, place, fresh=bearer.reaches(place)), headers={"If-Match": "*"})


def _own_evidence(_ground: Ground, _bearer: Bearer) -> Ask:
    return Ask(ids={"kind": "signature"})


def _kept(reply: httpx.Response) -> str:
    """Whether it is kept with the record, or waits for one that nobody in the range has sent."""
    return f"200 {'waits' if reply.json()['waiting'] else 'kept'}" if reply.is_success else outcome(reply)


def _without_moment(body: dict[str, Any]) -> Any:
    return {name: value for name, value in untraced(body).items() if name not in {"worker_id", "put_at"}}


def _file(_ground: Ground, _bearer: Bearer) -> Ask:
    return Ask(ids={"reference": "00000-00000"}, content=_PICTURE, headers=_JPEG)


PROBES: Final[tuple[Probe, ...]] = (
    Placed("PUT /v1/workers/{worker_id}/photo", "worker_id", _put),
    Placed("GET /v1/workers/{worker_id}/photo", "worker_id", _see),
    Placed("DELETE /v1/workers/{worker_id}/photo", "worker_id", _remove),
    Placed(
        "PUT /v1/workers/{worker_id}/consent-evidence/{kind}",
        "worker_id",
        _put_evidence,
        reads=_kept,
        blanks=_without_moment,
        everywhere=True,
    ),
    Placed("GET /v1/workers/{worker_id}/consent-evidence/{kind}", "worker_id", _see_evidence),
    Placed("DELETE /v1/workers/{worker_id}/consent-evidence/{kind}", "worker_id", _remove_evidence),
    Plain("GET /v1/my-consent-evidence/{kind}", _own_evidence),
    Plain("GET /v1/my-photo"),
    Plain("GET /v1/my-record"),
    Plain("GET /v1/my-card"),
    Plain("POST /v1/case-reports/{reference}/files", _file, "a number that nobody was given"),
)
