"""Documents point at what exists and keep their form."""

import json
import re
from pathlib import Path

import pytest
from typer.main import get_command

from sangathan_cli.main import app
from sangathan_gateway.merged import shipped_document
from tests.quality.tree import ROOT, files, python_files, short

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE_PATH = re.compile(r"`((?:libs|services|tests|deploy|bench|docs)/[^`\s…<>*]+)`")
OPERATION = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) /v1/[^`\s?…]+)")
COMMAND = re.compile(r"`sangathan ([a-z-]+)(?: ([a-z-]+))?[^`]*`")
DECISIONS = sorted(path for path in files("docs/decisions/*.md"))
DOCUMENTS = files("*.md")


def anchor(heading: str) -> str:
    """How a heading is addressed, by the rule that code hosts share."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def broken_links(path: Path) -> list[str]:
    """Relative links whose file or heading does not exist."""
    broken = []
    for link in LINK.findall(path.read_text("utf-8")):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, heading = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (heading and heading not in anchors(target)):
            broken.append(link)
    return broken


def anchors(path: Path) -> set[str]:
    return {anchor(line.lstrip("#")) for line in path.read_text("utf-8").splitlines() if line.startswith("#")}


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_links_resolve(document: Path) -> None:
    assert broken_links(document) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    document = tmp_path / "one.md"
    document.write_text("# Here\n[a](#here) [b](#there) [c](nowhere.md) [d](https://example.org)\n")

    assert broken_links(document) == ["#there", "nowhere.md"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_paths_in_documents_exist(document: Path) -> None:
    assert [name for name in CODE_PATH.findall(document.read_text("utf-8")) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("decision", DECISIONS, ids=short)
def test_decision_has_its_four_parts_on_one_page(decision: Path) -> None:
    text = decision.read_text("utf-8")

    parts = re.findall(r"^\*\*(.+?)\.\*\*", text, flags=re.MULTILINE)

    assert parts == ["Context", "Decision", "Cost accepted", "Enforced by"]
    assert len(text.splitlines()) <= 60


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    index = (ROOT / "docs/index.md").read_text("utf-8")

    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    assert [short(path) for path in DECISIONS if f"decisions/{path.name}" not in index] == []


def test_changelog_keeps_its_form() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines()
    releases = [line for line in lines if line.startswith("## ")]
    kinds = {line for line in lines if line.startswith("### ")}

    assert releases[0] == "## [Unreleased]"
    assert all(re.fullmatch(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", line) for line in releases[1:])
    assert kinds <= {f"### {kind}" for kind in ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")}


def test_readme_gives_the_two_commands_and_a_licence() -> None:
    text = (ROOT / "README.md").read_text("utf-8")

    assert "make up" in text
    assert "make test" in text
    assert (ROOT / "LICENSE").read_text("utf-8").lstrip().startswith("Apache License")


def test_every_test_that_the_threat_model_or_data_protection_names_exists() -> None:
    pages = [(ROOT / "docs" / name).read_text("utf-8") for name in ("security.md", "data-protection.md")]
    rows = [line for page in pages for line in page.splitlines() if "`tests/" in line]
    named = {name for row in rows for name in re.findall(r"`(test_\w+)`", row)}
    written = {name for path in python_files() for name in re.findall(r"def (test_\w+)\(", path.read_text("utf-8"))}

    assert rows
    assert named - written == set()


@pytest.fixture(scope="module")
def operations() -> set[str]:
    paths = json.loads(shipped_document())["paths"]
    return {unnamed(f"{method.upper()} {path}") for path, item in paths.items() for method in item}


def unnamed(operation: str) -> str:
    """An operation whatever its parameters are called."""
    return re.sub(r"\{[^}]*\}", "{}", operation)


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_operations_that_are_named_exist(document: Path, operations: set[str]) -> None:
    named = {unnamed(one) for one in OPERATION.findall(document.read_text("utf-8"))}
    assert sorted(named - operations) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_commands_that_are_named_exist(document: Path) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]  # A typer application is a group.
    wrong = []
    for word, more in COMMAND.findall(document.read_text("utf-8")):
        beneath = getattr(commands.get(word), "commands", None)
        if word not in commands or (beneath is not None and more and more not in beneath):
            wrong.append(f"{word} {more}".strip())
    assert wrong == []
