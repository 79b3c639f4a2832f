"""Every refusal can be said in Hindi and in English, and is called the same everywhere."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from sangathan_chassis.refusal import ProblemType
from tests.quality.tree import distributions

DEVANAGARI = re.compile("[\u0900-\u097f]")


def problem_types() -> Iterator[tuple[str, ProblemType]]:
    """Every constant that is a problem type, with the module that defines it."""
    for package in sorted(one.package for one in distributions() if one.package != "sangathan_bench"):
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if ".migrations" in found.name or found.name.endswith("__main__"):
                continue
            module = importlib.import_module(found.name)
            yield from ((found.name, value) for value in vars(module).values() if isinstance(value, ProblemType))


@pytest.fixture(scope="module")
def by_slug() -> dict[str, set[ProblemType]]:
    found: dict[str, set[ProblemType]] = defaultdict(set)
    for _, problem_type in problem_types():
        found[problem_type.slug].add(problem_type)
    return found


def test_there_are_problem_types_to_look_at(by_slug: dict[str, set[ProblemType]]) -> None:
    assert len(by_slug) >= 20


def test_every_title_exists_in_hindi(by_slug: dict[str, set[ProblemType]]) -> None:
    assert [one.slug for types in by_slug.values() for one in types if not DEVANAGARI.search(one.hi)] == []


def test_every_title_exists_in_english(by_slug: dict[str, set[ProblemType]]) -> None:
    assert [one.slug for types in by_slug.values() for one in types if not one.en or DEVANAGARI.search(one.en)] == []


def test_a_slug_means_one_thing(by_slug: dict[str, set[ProblemType]]) -> None:
    assert {slug: types for slug, types in by_slug.items() if len(types) > 1} == {}


def test_slugs_are_words_with_hyphens(by_slug: dict[str, set[ProblemType]]) -> None:
    assert [slug for slug in by_slug if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)] == []
