"""The catalogue of offices as people review it, and the files it refuses."""

import os
from pathlib import Path

import pytest

from sangathan_contracts.offices import (
    ACTIONS,
    CATALOGUE,
    NEVER_DELEGATED,
    OFFICES,
    PUBLIC_ACTIONS,
    SELF_ACTIONS,
    OfficesError,
    load_catalogue,
)

GOLDEN = Path(__file__).with_name("offices.golden.txt")

VALID = """
levels = ["state", "booth"]
field_classes = ["open"]
delegable = ["worker.list"]
grantable = ["worker.see"]
granted_field_classes = ["open"]
longest_acting_days = 90
longest_delegation_days = 30
longest_grant_days = 60
[actions]
"worker.list" = "List"
"worker.see" = "See"
"appointment.make" = "Appoint"
[shows]
"worker.list" = ["open"]
[self_actions]
"me.read" = "Read"
[public_actions]
"health.read" = "Read"
[assurance]
"worker.list" = { acr = "2", max_age_s = 60 }
[offices.head]
level = "state"
name_hi = "क"
name_en = "Head"
actions = ["worker.list", "appointment.make"]
field_classes = ["open"]
may_appoint = ["helper"]
[offices.helper]
level = "booth"
name_hi = "ख"
name_en = "Helper"
actions = ["worker.list"]
field_classes = ["open"]
may_appoint = []
"""


def as_table() -> str:
    """The whole policy as one table: offices across, rights down."""
    rows = [["right", *OFFICES]]
    rows += [["level", *(office.level for office in OFFICES.values())]]
    rows += [[action, *_ticks(action, "actions")] for action in CATALOGUE.actions]
    rows += [[f"sees {name}", *_ticks(name, "field_classes")] for name in CATALOGUE.field_classes]
    rows += [[f"appoints {slug}", *_ticks(slug, "may_appoint")] for slug in OFFICES]
    rows += [
        [f"passes on {action}", *_passes_on(action)] for action in CATALOGUE.actions if action in CATALOGUE.delegable
    ]
    rows += [[f"grants {action}", *_grants(action)] for action in CATALOGUE.actions if action in CATALOGUE.grantable]
    rows += [[f"shows in {action}", *_shows(action)] for action in CATALOGUE.actions]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [
        f"everybody signed in: {', '.join(sorted(SELF_ACTIONS))}",
        f"anybody: {', '.join(sorted(PUBLIC_ACTIONS))}",
        f"another system sees at most: {', '.join(sorted(CATALOGUE.granted_field_classes))}",
        *(f"{action} needs acr {one.acr}, {one.max_age_s} s old" for action, one in CATALOGUE.assurance.items()),
    ]
    return "\n".join(lines) + "\n"


def _ticks(name: str, attribute: str) -> list[str]:
    return ["yes" if name in getattr(office, attribute) else "-" for office in OFFICES.values()]


def _passes_on(action: str) -> list[str]:
    return ["yes" if action in CATALOGUE.may_delegate(office) else "-" for office in OFFICES.values()]


def _grants(action: str) -> list[str]:
    return ["yes" if action in CATALOGUE.may_grant(office) else "-" for office in OFFICES.values()]


def _shows(action: str) -> list[str]:
    """Role x action x field: what a holder's assertion carries in this action, in the order of the classes."""
    cells = []
    for office in OFFICES.values():
        shown = CATALOGUE.fields_shown(office, action) if office.allows(action) else frozenset()
        cells.append("+".join(name for name in CATALOGUE.field_classes if name in shown) or "-")
    return cells


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "offices.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_policy_is_the_one_that_was_reviewed() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(as_table(), encoding="utf-8")
    assert as_table() == GOLDEN.read_text(encoding="utf-8"), "review the change, then run with UPDATE_GOLDEN=1"


def test_only_state_and_nation_may_cross_check() -> None:
    holders = {office.level for office in OFFICES.values() if office.allows("worker.cross-check")}
    assert holders == {"state", "nation"}


def test_every_office_but_the_vistarak_may_ask() -> None:
    assert {slug for slug, office in OFFICES.items() if not office.allows("worker.ask")} == {"vistarak"}


def test_a_vistarak_captures_and_reads_what_a_drive_gives() -> None:
    assert OFFICES["vistarak"].actions == {
        *("worker.sync", "worker.list", "photo.keep", "unit.read", "broadcast.read"),
        *("assignment.read", "form.read", "drive.read", "drive.pack"),
    }


def test_action_tables_do_not_overlap() -> None:
    assert len(ACTIONS | SELF_ACTIONS | PUBLIC_ACTIONS) == len(ACTIONS) + len(SELF_ACTIONS) + len(PUBLIC_ACTIONS)


def test_power_over_power_is_never_passed_on() -> None:
    assert not {office.slug for office in OFFICES.values() if CATALOGUE.may_delegate(office) & NEVER_DELEGATED}


def test_what_is_passed_on_is_a_part_of_the_own_office() -> None:
    assert all(CATALOGUE.may_delegate(office) <= office.actions for office in OFFICES.values())


def test_what_another_system_is_granted_is_a_part_of_the_own_office_and_changes_nothing() -> None:
    assert all(CATALOGUE.may_grant(office) <= office.actions for office in OFFICES.values())
    assert {action.split(".")[1] for action in CATALOGUE.grantable} <= {
        "read",
        "list",
        "count",
        "export",
        "progress",
        "ask",
    }


def test_nobody_appoints_the_holder_of_the_highest_office() -> None:
    assert all("national-president" not in office.may_appoint for office in OFFICES.values())


def test_a_small_catalogue_loads(tmp_path: Path) -> None:
    assert load_catalogue(written(tmp_path, VALID)).office("helper").name_en == "Helper"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('level = "booth"\nname', 'level = "moon"\nname', "offices.helper.level names"),
        ('actions = ["worker.list"]', 'actions = ["worker.eat"]', "offices.helper.actions names"),
        ('field_classes = ["open"]\nmay', 'field_classes = ["shut"]\nmay', "offices.head.field_classes names"),
        ('may_appoint = ["helper"]', 'may_appoint = ["nobody"]', "offices.head.may_appoint names"),
        ('"worker.list"]\nfield_classes = ["open"]\nmay_appoint = []',
         '"worker.list"]\nfield_classes = ["open"]\nmay_appoint = ["head"]', "needs the action appointment.make"),
        ('["worker.list"]\nfield_classes = ["open"]\nmay_appoint = []',
         '["appointment.make"]\nfield_classes = ["open"]\nmay_appoint = ["head"]', "stands above it"),
        ('name_hi = "क"\n', "", "at odds"),
        ('name_hi = "क"', 'name_hi = " "', "not empty"),
        ('"me.read"', '"worker.list"', "more than one"),
        ('delegable = ["worker.list"]', 'delegable = ["worker.eat"]', "delegable names"),
        ('delegable = ["worker.list"]', 'delegable = ["appointment.make"]', "nobody passes on"),
        ('grantable = ["worker.see"]', 'grantable = ["worker.eat"]', "grantable names"),
        ('grantable = ["worker.see"]', 'grantable = ["appointment.make"]', "a person has to answer"),
        ('grantable = ["worker.see"]', 'grantable = ["worker.list"]', "a person has to answer"),
        ('granted_field_classes = ["open"]', 'granted_field_classes = ["shut"]', "granted_field_classes names"),
        ("longest_grant_days = 60", "longest_grant_days = 0", "from 1 to 366"),
        ("longest_acting_days = 90", "longest_acting_days = 400", "from 1 to 366"),
        ('"worker.list" = ["open"]', '"worker.eat" = ["open"]', "shows names"),
        ('"worker.list" = ["open"]', '"worker.list" = ["shut"]', "shows.worker.list names"),
        ('["state", "booth"]', '["state", "state"]', "twice"),
        ('levels = ["state", "booth"]', "levels = 3", "list of texts"),
        ("[self_actions]\n", "", r"\[self_actions\] must be a table"),
        ('"health.read" = "Read"', '"health.read" = 1', "in a sentence"),
        ("[actions]", "[actions", "offices.toml"),
        ('"worker.list" = { acr', '"health.read" = { acr', r"\[assurance\] names"),
        ('acr = "2"', 'acr = "9"', 'takes acr "1" or "2"'),
        ("max_age_s = 60", "max_age_s = 0", "up to 86400 seconds"),
        (", max_age_s = 60", "", "exactly the keys"),
    ],
)  # fmt: skip
def test_a_catalogue_that_contradicts_itself_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in VALID
    with pytest.raises(OfficesError, match=complaint):
        load_catalogue(written(tmp_path, VALID.replace(old, new, 1)))


def test_what_redraws_the_tree_shuts_a_person_out_or_breaks_the_glass_wants_a_second_factor() -> None:
    wanted = {action for action, one in CATALOGUE.assurance.items() if one.acr == "2"}
    one_by_one = {"unit.move", "unit.close", "unit.split", "unit.merge", "person.suspend", "client.grant"}
    many = {"unit.import", "level.change", "worker.export"}
    assert wanted == {*one_by_one, *many, "break-glass.open", "break-glass.read"}


def test_what_moves_many_units_wants_what_moving_one_wants() -> None:
    many = {action: CATALOGUE.assurance.get(action) for action in ("unit.import", "level.change")}
    assert many == dict.fromkeys(many, CATALOGUE.assurance["unit.move"])


def test_breaking_the_glass_is_not_passed_on_and_shows_no_sensitive_field() -> None:
    assert not [action for action in CATALOGUE.delegable if action.startswith("break-glass.")]
    for office in CATALOGUE.offices.values():
        assert "sensitive" not in CATALOGUE.fields_shown(office, "break-glass.read")
