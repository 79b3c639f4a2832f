"""For how long what is kept: rules that name every table, applied at night in small steps, and told to anybody."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from sangathan_chassis.idempotency import KEPT_FOR
from sangathan_chassis.sealing import Sealer
from sangathan_registry.commands.apply_retention import apply_at_night, apply_some
from sangathan_registry.domain.retention import Retention
from sangathan_registry.settings import RegistrySettings
from sangathan_registry.store import retention
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.test_drives import EDUCATION, a_form, begun, post, published
from tests.registry.test_flags import HERE, another, decided, flagged
from tests.registry.world import BOOTH, MANDAL

RULES = Retention.shipped()
DAYS = {rule.code: rule.after_days for rule in RULES.rules}


async def test_every_table_has_a_rule_or_says_as_long_as_what_it_lasts(registry: Harness) -> None:
    tables = {
        row[0] for row in await world.rows(registry, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    }
    ruled = {table for rule in RULES.rules for table in rule.tables}
    kept = {table for one in RULES.kept for table in one.tables}
    assert ruled | kept == tables, "name a new table in retention.toml"


def test_no_rule_lacks_a_statement_and_no_statement_a_rule() -> None:
    assert {rule.code for rule in RULES.applied} == retention.OLD.keys() | {"drive-places"}


def test_what_other_jobs_apply_is_told_with_their_own_days() -> None:
    defaults = RegistrySettings.model_fields
    theirs = (KEPT_FOR.days, defaults["erasure_days"].default, defaults["cases_kept_days"].default)
    assert (DAYS["replies"], DAYS["erasures"], DAYS["cases"]) == theirs
    assert {rule.code: rule.after_days for rule in RULES.with_days({"cases": 9}).rules}["cases"] == 9


@pytest.mark.parametrize(
    ("wrong", "right"), [("days = 90", "days = -1"), ('"empties"', '"hides"'), ("why_en", "why"), ("held-", "drive-")]
)
def test_a_file_that_is_not_right_is_refused(wrong: str, right: str) -> None:
    words = "".join(f'{name}_{language} = "x"\n' for name in ("since", "what", "why") for language in ("hi", "en"))
    text = f'[[rules]]\ncode = "drive-a"\ntables = ["a"]\ndoes = "empties"\nafter_days = 90\n{words}'
    kept = '[[kept]]\ntables = ["b"]\nas_long_as_hi = "x"\nas_long_as_en = "x"\n'
    both = text + text.replace("drive-", "held-") + kept
    assert len(Retention.read(both).rules) == 2
    with pytest.raises(ValueError, match="rule"):
        Retention.read(both.replace(wrong, right))


async def test_anybody_reads_the_rules_in_hindi_and_in_english(registry: Harness) -> None:
    answer = (await registry.ask("GET", "/v1/retention-rules", action="retention.read")).json()
    assert {one["code"] for one in answer["rules"]} == set(DAYS)
    assert all(one["why_hi"] and one["why_en"] and one["what_hi"] for one in answer["rules"])


async def applied(service: Harness, sealer: Sealer, code: str) -> int:
    [rule] = [one for one in RULES.rules if one.code == code]
    return await apply_some(service.database, sealer, rule)


async def noted(service: Harness) -> list[Mapping[str, Any]]:
    entries = "SELECT detail, path FROM audit_entries WHERE action = 'retention.apply' ORDER BY id"
    return [json.loads(row["detail"]) for row in await world.rows(service, entries)]


async def test_the_place_goes_after_its_days_and_the_answers_stay(
    registry: Harness, sealer: Sealer, clock: FixedClock
) -> None:
    form = await published(registry, a_form(EDUCATION))
    drive_id = await begun(registry, form_id=form["form_id"])
    answers = {"form_version_id": form["id"], "answers": {"education": "school"}}
    records = [another(evidence=HERE, **answers), another(**answers)]
    await world.synced(registry, world.at(BOOTH), records, drive_id=drive_id)
    clock.pass_time(timedelta(days=DAYS["drive-places"] + 10))
    assert await applied(registry, sealer, "drive-places") == 0, "the days count from the drive's end"
    clock.pass_time(timedelta(days=2))
    assert await applied(registry, sealer, "drive-places") == 1
    path = f"/v1/workers/{records[0]['id']}/access-file"
    file = await registry.ask("GET", path, action="worker.access-file", person=world.at(BOOTH))
    assert [one["content"] for one in file.json()["answers"]] == [{"answers": {"education": "school"}}]
    assert await applied(registry, sealer, "drive-places") == 0
    [entry] = await noted(registry)
    assert (entry["rule"], entry["rows"]) == ("drive-places", 1)


async def test_what_was_held_goes_only_once_it_is_decided_and_is_still_known_when_it_comes_again(
    registry: Harness, sealer: Sealer, clock: FixedClock
) -> None:
    bad, sender = [another(birth_year=2015), another(birth_year=2015)], world.at(BOOTH)
    await world.synced(registry, sender, bad)
    listed = await registry.ask("GET", "/v1/held-records", action="record.review", person=world.at(MANDAL))
    held = next(one for one in listed.json()["items"] if one["record_id"] == bad[0]["id"])
    path, decision = f"/v1/held-records/{held['id']}/decisions", {"decision": "dismissed"}
    await post(registry, path, "record.review", world.at(MANDAL), decision)
    clock.pass_time(timedelta(days=DAYS["held-records"] + 1))
    assert await applied(registry, sealer, "held-records") == 1
    bodies = {str(row[0]): row[1] for row in await world.rows(registry, "SELECT record_id, body FROM rejected_records")}
    assert (bodies[bad[0]["id"]], bodies[bad[1]["id"]] != b"") == (b"", True)
    again = await world.synced(registry, sender, bad[:1])
    assert [one["reason"] for one in again.json()["results"]] == ["dismissed"]


async def test_old_rows_of_every_other_rule_go_and_young_ones_stay(
    registry: Harness, sealer: Sealer, clock: FixedClock
) -> None:
    drive_id, flag = await flagged(registry)
    await decided(registry, world.at(MANDAL), flag, "fine")
    unit, person = world.unit_id(BOOTH), uuid4()
    await world.rows(registry, "INSERT INTO question_tallies VALUES ($1, '2022-01-20', 3)", person)
    assigned = "INSERT INTO assignments VALUES ($1, $1, $1, $2, $3, '2022-01-15', '2022-01-31', NULL, now())"
    await world.rows(registry, assigned, person, unit, BOOTH)
    pace = "INSERT INTO drive_paces VALUES ($1, 'vistarak-pace', '\\x01', '2022-01-20', 3)"
    await world.rows(registry, pace, drive_id)
    opened = """INSERT INTO break_glass_openings (id, worker_id, unit_id, path, opened_by, appointment_id, office,
        opener_unit_id, opener_path, reason, opened_at, expires_at, told, review_due_at)
        VALUES ($1, $1, $2, $3, $1, $1, 'x', $2, $3, 'She cannot be reached', '2022-01-20', '2022-01-20 00:30', '{}',
        '2022-01-27')"""
    await world.rows(registry, opened, person, unit, BOOTH)
    answered = """INSERT INTO grievances (id, reference, secret_hash, unit_id, path, kind, source, status, worker_id,
        told, opened_at, due_at, next_at, answered_at, answered_by, version) VALUES ($1, 'x', '', $2, $3, 'other',
        'office', 'answered', $1, 'x', '2022-01-20', '2022-01-20', '2022-01-20', '2022-01-20', $1, 2)"""
    await world.rows(registry, answered, person, unit, BOOTH)
    ahead = """INSERT INTO consent_evidence VALUES ($1, $1, 'photo', $2, true, '', '', 64, 64, 0, $1, '2022-01-20')"""
    await world.rows(registry, ahead, person, BOOTH)
    codes = [rule.code for rule in RULES.applied if rule.code not in {"drive-places", "held-records"}]
    assert [await applied(registry, sealer, code) for code in codes] == [0] * len(codes), "all are young"
    clock.pass_time(timedelta(days=1_200))
    assert [await applied(registry, sealer, code) for code in codes] == [1] * len(codes)
    assert [await applied(registry, sealer, code) for code in codes] == [0] * len(codes)
    assert [entry["rule"] for entry in await noted(registry)] == codes


async def test_the_rules_are_applied_once_a_night_and_at_no_other_time(
    registry: Harness, sealer: Sealer, clock: FixedClock
) -> None:
    await world.rows(registry, "INSERT INTO question_tallies VALUES ($1, '2021-01-20', 3)", uuid4())
    database = registry.database
    assert not await apply_at_night(database, sealer, RULES), "it is half past two in the afternoon"
    clock.pass_time(timedelta(hours=12))
    assert await apply_at_night(database, sealer, RULES)
    assert await world.size(registry, "question_tallies") == 0
    assert not await apply_at_night(database, sealer, RULES)
    clock.pass_time(timedelta(days=1))
    assert await apply_at_night(database, sealer, RULES)
    path = "SELECT path FROM audit_entries WHERE action = 'retention.apply'"
    assert {row["path"] for row in await world.rows(registry, path)} == {"in."}
