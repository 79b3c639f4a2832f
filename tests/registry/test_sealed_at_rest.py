"""A stolen dump shows nobody's phone, address, EPIC or day of birth, whichever way they came and wherever they went."""

import re
from collections.abc import Iterable
from typing import Any, Final
from uuid import uuid4

from sangathan_testkit.databases import everything_in
from sangathan_testkit.harness import Harness
from tests.registry import card_desk, test_duplicates, test_erasures, world
from tests.registry.test_particulars import corrected
from tests.registry.world import BOOTH, MANDAL, NEXT_BOOTH, PRIVATE, STATE

# Two numbers, one before and one after a correction, and so on: former values are secrets too.
SECRETS: Final = (
    *("6000000001", "6000000077", "470661", "470771", "ABC1234566", "XYZ7654321", "1985-03-12", "1985-03-13"),
    *("नमूना टोला", "दूसरा टोला", "पूर्वज", "12345-दफ़्तर"),
)
OTHERS: Final[dict[str, Any]] = {
    "phone": "+916000000077",
    "address": "दूसरा टोला",
    "pin": "470771",
    "epic": "XYZ7654321",
    "birth_date": "1985-03-13",
}


def shown_by(dump: dict[str, str], secrets: Iterable[str]) -> set[tuple[str, str]]:
    """The secrets that a dump shows, as text or as bytes in hex, with the table that shows them."""
    # Six digits stand by chance in some seal or id; there a digit is before or behind them.
    forms = {one: re.compile(f"(?<![0-9a-f]){re.escape(one)}(?![0-9a-f])|{one.encode().hex()}") for one in secrets}
    return {(table, secret) for table, rows in dump.items() for secret, form in forms.items() if form.search(rows)}


async def lived_in(service: Harness) -> None:
    """Records of every origin, corrected, merged, carded, held, erased and looked up."""
    sender = world.at(STATE)
    one = await service.ask(
        "POST",
        "/v1/workers",
        action="worker.enrol",
        person=world.at(BOOTH),
        json=world.a_worker(**PRIVATE),
        headers={"idempotency-key": str(uuid4())},
    )
    assert one.status_code == 201, one.text
    worker = one.json()
    assert (await corrected(service, worker["id"], **OTHERS)).status_code == 200
    accepted = world.a_record(NEXT_BOOTH, **PRIVATE)
    held = world.a_record(**OTHERS, name_en="R4mesh", birth_year=None)
    results = (await world.synced(service, sender, [accepted, held])).json()["results"]
    assert [one["outcome"] for one in results] == ["accepted", "rejected"]
    await world.matched(service)
    [pair] = await test_duplicates.pairs(service, world.at(MANDAL))
    await test_duplicates.decide(service, world.at(MANDAL), pair["id"], worker["id"])
    await card_desk.issued(service, worker["id"])
    await world.searched(service, sender, phone=OTHERS["phone"])
    gone = await world.enrolled(service, **PRIVATE, name_hi="मीनाक्षी", name_en=None)
    assert (await test_erasures.erase(service, world.at(MANDAL), gone["id"])).status_code == 201


async def test_a_dump_of_the_whole_database_shows_no_secret(registry: Harness) -> None:
    await lived_in(registry)
    dump = await everything_in(registry.urls)
    assert {"workers", "worker_revisions", "rejected_records", "duplicates", "erasures", "outbox"} <= dump.keys()
    assert shown_by(dump, SECRETS) == set()
    assert shown_by({"workers": f"x{b'6000000001'.hex()}"}, SECRETS) == {("workers", "6000000001")}
    assert shown_by({"workers": "(470661)"}, SECRETS) == {("workers", "470661")}
