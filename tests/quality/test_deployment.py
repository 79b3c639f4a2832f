"""The Compose file gives away no more than it must: all of it is looked at, so that a new service cannot forget."""

import re
from typing import Any

import pytest
import yaml

from sangathan_embedded.services import DATABASES, PROCESSES
from tests.quality.tree import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ROOTS = {"postgres", "secrets", "dataset"}


@pytest.mark.parametrize("name", SERVICES)
def test_container_is_hardened_and_limited(name: str) -> None:
    container = SERVICES[name]

    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in container["security_opt"]
    assert "mem_limit" in container


@pytest.mark.parametrize("name", [name for name, one in SERVICES.items() if one.get("ports")])
def test_ports_are_published_on_the_loopback_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name]["ports"])


def test_only_the_two_edges_are_published_without_a_profile() -> None:
    assert {name for name, one in SERVICES.items() if one.get("ports") and not one.get("profiles")} == {
        "gateway",
        "live",
    }


def test_only_who_must_starts_as_root_or_gains_a_capability() -> None:
    privileged = {
        name for name, one in SERVICES.items() if one.get("cap_add") or str(one.get("user", "")).startswith("0")
    }

    assert privileged == ROOTS


def test_no_secret_stands_in_an_environment() -> None:
    words = re.compile("PASSWORD|SECRET|KEY|DATABASE_URL|MIGRATOR_URL")
    suspicious = {
        f"{name}: {variable}"
        for name, one in SERVICES.items()
        for variable, value in one.get("environment", {}).items()
        if words.search(variable) and not str(value).startswith("/run/secrets")
    }

    assert suspicious == set()


@pytest.mark.parametrize("process", PROCESSES)
def test_process_mounts_its_own_secrets_and_nobody_elses(process: str) -> None:
    mounted = [one for one in SERVICES[process]["volumes"] if "secrets" in one]
    assert mounted == [f"secrets-{process}:/run/secrets:ro"]


@pytest.mark.parametrize("process", PROCESSES)
def test_process_is_checked_and_given_time_to_finish(process: str) -> None:
    assert "/readyz" in SERVICES[process]["healthcheck"]["test"][-1]
    assert int(SERVICES[process]["stop_grace_period"].removesuffix("s")) > 20
    assert SERVICES[process]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", DATABASES)
def test_service_waits_for_its_migrations_and_the_streams(service: str) -> None:
    done = {name for name, how in SERVICES[service]["depends_on"].items() if how["condition"].endswith("successfully")}

    assert done == {f"migrate-{service}", "topology"}


def test_images_that_others_publish_are_pinned() -> None:
    pinned = re.compile(r"(postgres:18|nats:2\.15-alpine|.+:v?\d+\.\d+\.\d+)$")
    others = [one["image"] for one in SERVICES.values() if not one["image"].startswith("sangathan/")]

    assert [image for image in others if not pinned.match(image)] == []


def test_dockerfile_needs_no_front_end_of_its_own_and_runs_as_nobody() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()

    assert [line for line in lines if line.startswith("# syntax=") or "<<" in line or "--link" in line] == []
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
