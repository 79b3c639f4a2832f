"""Each import contract is seen to break when its rule is broken: one that matches nothing would keep for ever."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]

# Contract id → (module that breaks it, the import it must not have).
BREAKERS = {
    "services-apart": ("sangathan_registry.queries.list_workers", "sangathan_identity.domain.units"),
    "libraries-below-services": ("sangathan_hierarchy.memory", "sangathan_identity.domain.units"),
    "libraries-in-order": ("sangathan_contracts.identity", "sangathan_chassis.refusal"),
    "mechanism-without-meaning": ("sangathan_chassis.outbox", "sangathan_contracts.identity"),
    "service-layers": ("sangathan_registry.store.workers", "sangathan_registry.commands.enrol_worker"),
    "edges-never-store": ("sangathan_registry.api.workers", "sangathan_registry.store.workers"),
    "tables-stay-home": ("sangathan_registry.commands.enrol_worker", "sangathan_registry.store.tables"),
    "no-http-below-api": ("sangathan_registry.commands.enrol_worker", "fastapi"),
    "domain-is-plain": ("sangathan_registry.domain.worker", "msgspec"),
}


def write_module(base: Path, name: str, text: str = "") -> None:
    """Writes the module and the packages above it."""
    *packages, leaf = name.split(".")
    folder = base
    for package in packages:
        folder /= package
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    (folder / f"{leaf}.py").write_text(text, "utf-8")


def skeleton(base: Path) -> None:
    """Empty packages under the real names, in front of the real ones on the path."""
    for package in CONFIG["root_packages"]:
        write_module(base, f"{package}.main")
    for area in ("identity", "notify", "registry", "workshops"):
        write_module(base, f"sangathan_contracts.{area}")
    write_module(base, "sangathan_chassis.refusal")
    write_module(base, "sangathan_identity.domain.units")
    write_module(base, "sangathan_registry.store.tables")
    write_module(base, "sangathan_registry.store.workers", "from sangathan_registry.store import tables\n")
    write_module(base, "sangathan_registry.commands.enrol_worker")


def lint(base: Path, contract: str) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).parent / "lint-imports"
    env = {**os.environ, "PYTHONPATH": f"{base}:{ROOT}"}
    command = [str(script), "--config", str(ROOT / "pyproject.toml"), "--contract", contract, "--no-cache"]
    return subprocess.run(command, env=env, cwd=base, capture_output=True, text=True, check=False)


def test_every_contract_has_a_breaker() -> None:
    assert {contract["id"] for contract in CONFIG["contracts"]} == set(BREAKERS)


@pytest.mark.parametrize("contract", BREAKERS)
def test_contract_breaks_when_its_rule_is_broken(contract: str, tmp_path: Path) -> None:
    skeleton(tmp_path)
    kept = lint(tmp_path, contract)
    assert kept.returncode == 0, kept.stdout + kept.stderr

    importer, imported = BREAKERS[contract]
    write_module(tmp_path, importer, f"import {imported}\n")

    broken = lint(tmp_path, contract)
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert "1 broken" in broken.stdout
