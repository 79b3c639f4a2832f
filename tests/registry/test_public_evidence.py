"""Whoever reports an impostor may add pictures and PDF under its number; only officers of the case see them."""

from datetime import timedelta

import pytest
from httpx import Response

from sangathan_chassis.refusal import Refusal
from sangathan_registry.domain.evidence_files import MOST_PUBLIC_BYTES, read_public_evidence
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness
from tests.registry import cases, pictures, world
from tests.registry.pictures import a_picture, opened
from tests.registry.test_case_evidence import MP4, fetch
from tests.registry.world import BOOTH, MANDAL, NATION, NEXT_BOOTH

PDF = b"%PDF-1.7 the letter he showed"


async def reported(service: Harness) -> str:
    answer = await cases.report(service, unit_id=str(world.unit_id(BOOTH)))
    return str(answer.json()["reference"])


async def send(service: Harness, reference: str, content: bytes, said: str) -> Response:
    path, headers = f"/v1/case-reports/{reference}/files", {"content-type": said}
    return await service.ask("POST", path, action="case.report", content=content, headers=headers)


async def the_case(service: Harness) -> str:
    return str(await world.value(service, "SELECT id FROM cases WHERE source = 'public'"))


async def test_a_picture_comes_without_the_reporters_place_and_only_officers_of_the_case_see_it(
    registry: Harness,
) -> None:
    reference = await reported(registry)
    sent = pictures.half_and_half(6)
    answer = await send(registry, reference, sent, "image/jpeg")
    assert (answer.status_code, answer.json()) == (201, {"reference": reference}), answer.text
    case = await the_case(registry)
    told = (await cases.read(registry, world.at(BOOTH), case)).json()
    [evidence] = told["evidence"]
    assert (evidence["added_by"], evidence["media_type"]) == (None, "image/jpeg")
    assert [(one["kind"], one["office"], one["person_id"]) for one in told["steps"]][-1] == (
        "evidence-added",
        "public",
        None,
    )
    seen = await fetch(registry, world.at(MANDAL), case, evidence["id"])
    assert b"neighbour" not in seen.content
    assert opened(seen.content).size == (800, 600)
    assert seen.headers["content-disposition"].startswith("attachment")
    assert (await fetch(registry, world.at(NEXT_BOOTH), case, evidence["id"])).status_code == 404


async def test_a_pdf_is_kept_as_it_is_and_given_back_as_nothing_but_a_download(registry: Harness) -> None:
    await send(registry, await reported(registry), PDF, "application/pdf")
    case = await the_case(registry)
    [evidence] = (await cases.read(registry, world.at(BOOTH), case)).json()["evidence"]
    back = await fetch(registry, world.at(BOOTH), case, evidence["id"])
    assert back.content == PDF
    assert back.headers["content-disposition"].startswith("attachment")
    assert (back.headers["x-content-type-options"], "sandbox" in back.headers["content-security-policy"]) == (
        "nosniff",
        True,
    )


async def test_the_same_file_again_changes_nothing_and_a_report_is_full_after_three(registry: Harness) -> None:
    reference = await reported(registry)
    for _ in range(2):
        assert (await send(registry, reference, a_picture(), "image/jpeg")).status_code == 201
    assert await world.size(registry, "case_evidence") == 1
    for more in (b"two", b"three"):
        assert (await send(registry, reference, PDF + more, "application/pdf")).status_code == 201
    full = await send(registry, reference, PDF + b"four", "application/pdf")
    assert (full.status_code, full.json()["type"]) == (409, "urn:sangathan:problem:evidence-full")


async def test_a_number_that_was_not_given_out_to_the_public_today_reads_as_missing(
    registry: Harness, clock: FixedClock
) -> None:
    officers = await cases.opened(registry, world.at(BOOTH))
    reference = await reported(registry)
    for one in ("00000-00000", officers["reference"]):
        assert (await send(registry, one, PDF, "application/pdf")).status_code == 404
    clock.pass_time(timedelta(hours=25))
    assert (await send(registry, reference, PDF, "application/pdf")).status_code == 404
    assert await world.size(registry, "case_evidence") == 0


async def test_a_case_that_was_decided_takes_nothing_more_from_the_public(registry: Harness) -> None:
    reference = await reported(registry)
    case = (await cases.read(registry, world.at(NATION), await the_case(registry))).json()
    looked = (await cases.step(registry, world.at(NATION), case)).json()
    await cases.decided(registry, world.at(NATION), looked)
    assert (await send(registry, reference, PDF, "application/pdf")).status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (MP4, "video/mp4"),
        (b"<svg onload=alert(1)>", "image/svg+xml"),
        (PDF, "image/png"),
        (b"", ""),
        (PDF + bytes(MOST_PUBLIC_BYTES), "application/pdf"),
    ],
    ids=range(5),
)
def test_the_public_sends_pictures_and_pdf_alone(content: bytes, said: str) -> None:
    with pytest.raises(Refusal):
        read_public_evidence(content, said)


async def test_a_broken_picture_is_refused_and_leaves_nothing(registry: Harness) -> None:
    answer = await send(registry, await reported(registry), a_picture()[:300], "image/jpeg")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:sangathan:problem:picture-not-taken")
    assert await world.size(registry, "case_evidence") == 0
