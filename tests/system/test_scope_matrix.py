"""Every operation, as an office-bearer of every level, at every place: what comes back is what was reviewed."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from sangathan_gateway.merged import shipped_document
from tests.system.demo_system import DemoSystem
from tests.system.scope_matrix import (
    exports,
    fieldwork,
    identity,
    moving,
    notify,
    openid,
    photos,
    registry,
    rights,
    sign_in,
    workshops,
)
from tests.system.scope_matrix.ground import lay_out
from tests.system.scope_matrix.walk import Walk

GOLDEN = Path(__file__).with_name("scope_matrix.golden.txt")
PROBES = (
    *identity.PROBES,
    *sign_in.PROBES,
    *openid.PROBES,
    *registry.PROBES,
    *rights.PROBES,
    *photos.PROBES,
    *fieldwork.PROBES,
    *moving.PROBES,
    *exports.PROBES,
    *workshops.PROBES,
    *notify.PROBES,
)
OPERATIONS = {
    f"{method.upper()} {path}"
    for path, item in json.loads(shipped_document())["paths"].items()
    for method in item
    if method in {"get", "post", "put", "patch", "delete"}
}


@dataclass(frozen=True, slots=True)
class Walked:
    """The table as the running system makes it, and what an answer gave away."""

    table: str
    leaks: list[str]


@pytest.fixture(scope="module")
def walked(demo: DemoSystem) -> Walked:
    walk = Walk(lay_out(demo))
    table = walk.table(PROBES)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(table, encoding="utf-8")
    return Walked(table, walk.leaks)


def test_every_operation_of_the_document_has_a_probe() -> None:
    assert {probe.operation for probe in PROBES} == OPERATIONS, "add probes under tests/system/scope_matrix"


@pytest.mark.usefixtures("walked")
def test_every_operation_of_the_document_stands_in_the_reviewed_table() -> None:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    reviewed = {" ".join(line.split()[:2]) for line in lines if line[:1].strip()}
    assert reviewed == OPERATIONS, "run with UPDATE_GOLDEN=1, then review the change"


def test_the_table_is_the_one_that_was_reviewed(walked: Walked) -> None:
    reviewed = GOLDEN.read_text(encoding="utf-8").splitlines()
    assert walked.table.splitlines() == reviewed, "review the change, then run with UPDATE_GOLDEN=1"


def test_what_is_outside_reads_as_what_does_not_exist(walked: Walked) -> None:
    assert walked.leaks == [], "\n".join(walked.leaks)
