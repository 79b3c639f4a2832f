"""The probes of photos, and of what a person reads of their own record."""

from typing import Final

from tests.registry.pictures import a_picture
from tests.system.scope_matrix.ground import Bearer, Ground, Place
from tests.system.scope_matrix.probes import Ask, Placed, Plain, Probe
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


def _file(_ground: Ground, _bearer: Bearer) -> Ask:
    return Ask(ids={"reference": "00000-00000"}, content=_PICTURE, headers=_JPEG)


PROBES: Final[tuple[Probe, ...]] = (
    Placed("PUT /v1/workers/{worker_id}/photo", "worker_id", _put),
    Placed("GET /v1/workers/{worker_id}/photo", "worker_id", _see),
    Placed("DELETE /v1/workers/{worker_id}/photo", "worker_id", _remove),
    Plain("GET /v1/my-photo"),
    Plain("GET /v1/my-record"),
    Plain("GET /v1/my-card"),
    Plain("POST /v1/case-reports/{reference}/files", _file, "a number that nobody was given"),
)
