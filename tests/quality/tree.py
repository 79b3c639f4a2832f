"""What the checks of form look at: the files that are in the repository or about to be, never what lies about."""

import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Distribution:
    """One distribution of the workspace."""

    folder: Path
    project: dict[str, Any]

    @property
    def name(self) -> str:
        """As packaging tools call it."""
        return str(self.project["name"])

    @property
    def package(self) -> str:
        """As Python calls it."""
        return next((self.folder / "src").iterdir()).name


@cache
def files(pattern: str) -> tuple[Path, ...]:
    """Tracked files, and those that git would add, by git's own pattern."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", pattern]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for path in (ROOT / name for name in names.split("\0") if name) if path.is_file())


def python_files() -> tuple[Path, ...]:
    """Every Python file of the project."""
    return files("*.py")


def distributions() -> list[Distribution]:
    """Every member of the workspace."""
    folders = [path.parent for path in files("*/pyproject.toml")]
    return [Distribution(one, tomllib.loads((one / "pyproject.toml").read_text("utf-8"))["project"]) for one in folders]


def short(path: Path) -> str:
    """The path as a person would say it."""
    return str(path.relative_to(ROOT))
