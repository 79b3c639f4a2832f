"""Of a body with countless faults a few are told, and kept with a synced record."""

import msgspec

from sangathan_chassis.refusal import Refusal
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.export_schemas import ExportIn
from sangathan_registry.api.schemas import RecordIn
from tests.registry.world import a_record

COUNTLESS = dict.fromkeys(map(str, range(100_000)), 0)


def test_a_record_of_countless_fields_has_a_few_faults() -> None:
    faults = Body(RecordIn).attempt(msgspec.json.encode(a_record() | COUNTLESS))
    assert isinstance(faults, list)
    assert len(faults) == 50


def test_a_body_of_countless_fields_is_told_of_a_few() -> None:
    told: tuple[object, ...] = ()
    try:
        Body(ExportIn).decode(msgspec.json.encode(COUNTLESS))
    except Refusal as refusal:
        told = refusal.errors
    assert len(told) == 50
