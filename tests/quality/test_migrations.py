"""Two people's migrations cannot both be the next: each service's stand in one row."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(ROOT.glob("services/*/src/*/store/migrations"))


def constants(file: Path) -> dict[str, object]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parts[-3])
def test_each_migration_follows_the_one_before_it_and_is_numbered_so(folder: Path) -> None:
    files = sorted(folder.glob("0*.py"))
    before = None
    for number, file in enumerate(files, 1):
        said = constants(file)
        assert said["down_revision"] == before, file.name
        assert str(said["revision"]).endswith(f"{number:04}"), file.name
        assert file.name.startswith(f"{number:04}_")
        before = said["revision"]
