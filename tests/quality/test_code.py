"""Rules of form that no linter knows."""

import ast

import pytest

from tests.quality.tree import Distribution, distributions, files, python_files, short

MOST_LINES = 400
NAMES_WITHOUT_MEANING = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "misc.py"}
# Where commit() is called: at the edge and by the consumer, which are the chassis; and by whom no unit of work reaches.
MAY_COMMIT = ("libs/chassis/", "libs/testkit/", "tests/", "bench/")


def test_no_module_is_named_after_nothing() -> None:
    assert [short(path) for path in python_files() if path.name in NAMES_WITHOUT_MEANING] == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    written = [path for path in python_files() if "migrations" not in path.parts]

    long = {short(path): lines for path in written if (lines := len(path.read_text("utf-8").splitlines())) > MOST_LINES}

    assert long == {}


def test_only_the_chassis_commits() -> None:
    outside = [path for path in python_files() if not short(path).startswith(MAY_COMMIT)]

    assert [f"{short(path)}:{line}" for path in outside for line in calls_of("commit", path.read_text("utf-8"))] == []


def test_a_commit_is_found_wherever_it_hides() -> None:
    assert calls_of("commit", "async def enrol(work):\n    if work:\n        await work.session.commit()\n") == [3]


def calls_of(method: str, source: str) -> list[int]:
    """The lines where a method of that name is called."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == method]


def test_no_ignore_is_without_a_code() -> None:
    bare = ("# type: " + "ignore\n", "# no" + "qa\n")

    assert [short(path) for path in python_files() if any(mark in path.read_text("utf-8") for mark in bare)] == []


@pytest.mark.parametrize("distribution", distributions(), ids=lambda one: one.name)
def test_distribution_says_what_it_is(distribution: Distribution) -> None:
    description = distribution.project.get("description", "")

    assert description.endswith(".")
    assert len(description) >= 20


@pytest.mark.parametrize("distribution", distributions(), ids=lambda one: one.name)
def test_distribution_is_typed_licensed_and_named_after_its_folder(distribution: Distribution) -> None:
    assert (distribution.folder / "src" / distribution.package / "py.typed").is_file()
    assert distribution.project["license"] == "Apache-2.0"
    assert distribution.package == f"sangathan_{distribution.folder.name}"


def test_every_distribution_stands_in_the_import_contracts_and_the_types_path() -> None:
    pyproject = next(path for path in files("pyproject.toml")).read_text("utf-8")

    missing = [one.name for one in distributions() if pyproject.count(f'"{one.package}"') < 1]
    untyped = [one.name for one in distributions() if f'"{short(one.folder)}/src"' not in pyproject]

    assert (missing, untyped) == ([], [])
