"""Evidence files: taken for what is in them, kept sealed outside the database, and given back as a download."""

import os
import time
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from httpx import Response

from sangathan_chassis.refusal import Refusal
from sangathan_registry.api.parts import Parts
from sangathan_registry.commands.forget_cases import forget_some, sweep_files
from sangathan_registry.domain.evidence_files import MOST_BYTES, MOST_FILES, read_evidence
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import cases, world
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH

PNG: Final = b"\x89PNG\r\n\x1a\nthe threatening message"
MP4: Final = b"\x00\x00\x00\x18ftypisom"


async def add(service: Harness, person: Person, case: str, content: bytes = PNG) -> Response:
    said = "image/png" if content is PNG else "video/mp4"
    path, headers = f"/v1/cases/{case}/evidence", {"content-type": said}
    return await service.ask("POST", path, action="case.handle", person=person, content=content, headers=headers)


async def fetch(service: Harness, person: Person, case: str, evidence: str) -> Response:
    return await service.ask("GET", f"/v1/cases/{case}/evidence/{evidence}", action="case.read", person=person)


def place_of(service: Harness, evidence: str) -> Path:
    parts: Parts = service.app.state.parts
    return parts.settings.evidence_dir / evidence.replace("-", "")[-2:] / evidence


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0JFIF", "image/jpeg; charset=binary"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"OggS\x00", "audio/ogg"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\x00\x00\x00\x18ftypM4A ", "audio/mp4"),
        (MP4, "video/mp4"),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, said: str) -> None:
    assert read_evidence(content, said).media_type == said.partition(";")[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "image/png"),
        (b"<!doctype html><script>", "image/png"),
        (b"<svg onload=alert(1)>", "image/svg+xml"),
        (b"GIF89a", "image/gif"),
        (b"PK\x03\x04", "application/zip"),
        (b"MZ\x90\x00", "application/pdf"),
        (PNG, "text/html"),
        (PNG, ""),
        (PNG + bytes(MOST_BYTES), "image/png"),
    ],
)
def test_a_file_of_another_kind_or_name_or_size_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Refusal):
        read_evidence(content, said)


async def test_a_file_comes_back_as_nothing_but_a_download(registry: Harness) -> None:
    case = await cases.opened(registry, world.at(BOOTH))
    answer = await add(registry, world.at(BOOTH), case["id"])
    (evidence,) = answer.json()["evidence"]
    assert answer.json()["version"] == 2, "whoever decides without having seen it is late"
    assert (evidence["sha256"], evidence["size"]) == (sha256(PNG).hexdigest(), len(PNG))
    back = await fetch(registry, world.at(MANDAL), case["id"], evidence["id"])
    assert (back.content, back.headers["content-type"]) == (PNG, "image/png")
    assert back.headers["content-disposition"] == f'attachment; filename="evidence-{evidence["id"]}.png"'
    assert back.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in back.headers["content-security-policy"]
    trail = await world.rows(registry, "SELECT purpose FROM audit_entries WHERE action = 'case.read'")
    assert [row["purpose"] for row in trail] == [f"case {case['reference']}, file {evidence['id']}"]


async def test_a_file_lies_sealed_and_belongs_to_its_case_alone(registry: Harness) -> None:
    case, other = [await cases.opened(registry, world.at(BOOTH)) for _ in range(2)]
    one = (await add(registry, world.at(BOOTH), case["id"])).json()["evidence"][0]["id"]
    two = (await add(registry, world.at(BOOTH), other["id"], MP4)).json()["evidence"][0]["id"]
    assert b"threatening" not in place_of(registry, one).read_bytes()
    assert place_of(registry, one).stat().st_mode & 0o077 == 0
    for person, case_id in ((world.at(NEXT_BOOTH), case["id"]), (world.at(BOOTH), other["id"])):
        assert (await fetch(registry, person, case_id, one)).status_code == 404
    place_of(registry, two).replace(place_of(registry, one))
    assert (await fetch(registry, world.at(BOOTH), case["id"], one)).status_code == 404, "it is another's file"


async def test_the_same_file_again_changes_nothing_and_a_case_is_full_some_day(registry: Harness) -> None:
    case = await cases.opened(registry, world.at(BOOTH))
    for _ in range(2):
        answer = await add(registry, world.at(BOOTH), case["id"])
        assert (answer.status_code, answer.json()["version"]) == (201, 2)
    await world.rows(
        registry,
        "INSERT INTO case_evidence SELECT gen_random_uuid(), case_id, unit_id, path, media_type, size,"
        " sha256(n::text::bytea), added_by, added_at FROM case_evidence, generate_series(2, $1::int) AS n",
        MOST_FILES,
    )
    full = await add(registry, world.at(BOOTH), case["id"], MP4)
    assert (full.status_code, full.json()["type"]) == (409, "urn:sangathan:problem:evidence-full")


async def test_a_case_long_decided_is_forgotten_with_its_files(registry: Harness, clock: FixedClock) -> None:
    parts: Parts = registry.app.state.parts
    case = await cases.looked_at(registry, world.at(BOOTH))
    case = (await add(registry, world.at(BOOTH), case["id"])).json()
    await cases.decided(registry, world.at(MANDAL), case)
    young = await cases.looked_at(registry, world.at(BOOTH))
    clock.pass_time(timedelta(days=31))
    assert await forget_some(registry.database, timedelta(days=30)) == 1
    assert await forget_some(registry.database, timedelta(days=30)) == 0
    told: dict[str, Any] = (await cases.read(registry, world.at(DISTRICT), case["id"])).json()
    assert (told["claim"], told["evidence"], told["outcome"]) == (None, [], "impostor")
    assert {step["note"] for step in told["steps"]} == {None}
    gone = await cases.statement(registry, world.at(DISTRICT), told["statements"][0]["id"])
    assert gone.status_code == 404
    assert (await cases.matches(registry, world.at(DISTRICT), case["id"])).status_code == 409
    assert (await cases.read(registry, world.at(DISTRICT), young["id"])).json()["claim"] is not None
    place = place_of(registry, case["evidence"][0]["id"])
    await sweep_files(registry.database, parts.evidence)
    assert place.exists(), "a file may be younger than its row"
    long_ago = time.time() - 7200
    os.utime(place, (long_ago, long_ago))
    await sweep_files(registry.database, parts.evidence)
    assert not place.exists()


async def test_a_file_with_a_row_is_never_swept_away(registry: Harness) -> None:
    parts: Parts = registry.app.state.parts
    case = await cases.opened(registry, world.at(BOOTH))
    evidence = (await add(registry, world.at(BOOTH), case["id"])).json()["evidence"][0]["id"]
    os.utime(place_of(registry, evidence), (0, 0))
    assert UUID(evidence) in parts.evidence.settled()
    await sweep_files(registry.database, parts.evidence)
    assert (await fetch(registry, world.at(BOOTH), case["id"], evidence)).content == PNG
