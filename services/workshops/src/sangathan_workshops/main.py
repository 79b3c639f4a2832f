"""Composition root: routes, the replica of the tree, and what runs beside them."""

from collections.abc import Mapping, Sequence

from sangathan_chassis.audit_routes import trail_router
from sangathan_chassis.command import service_command
from sangathan_chassis.consumer import Consumer
from sangathan_chassis.health import Check
from sangathan_chassis.service import Resources, Service, Task
from sangathan_contracts.workshops import TrailSealed
from sangathan_hierarchy.ddl import tree_guard
from sangathan_hierarchy.replica import SqlReplica, loaded_check
from sangathan_workshops.api import attendances, invitations, plans, workshops
from sangathan_workshops.api.parts import Parts
from sangathan_workshops.commands.follow_tree import FollowTree
from sangathan_workshops.settings import WorkshopsSettings
from sangathan_workshops.subscribers.erasures import erasures_consumer
from sangathan_workshops.subscribers.tree import tree_consumer

NAME = "workshops"


def _parts(resources: Resources[WorkshopsSettings]) -> Parts:
    return Parts(cursors=resources.cursors, replica=SqlReplica(resources.nats, NAME, FollowTree()))


def _consumers(_resources: Resources[WorkshopsSettings], own: Parts) -> Sequence[Consumer]:
    return (tree_consumer(own.replica), erasures_consumer())


def _background(resources: Resources[WorkshopsSettings], own: Parts) -> Sequence[Task]:
    return (lambda: own.replica.ensure_loaded(resources.database),)


def _checks(resources: Resources[WorkshopsSettings], _own: Parts) -> Mapping[str, Check]:
    return {"tree": loaded_check(resources.database)}


SERVICE = Service(
    name=NAME,
    settings_type=WorkshopsSettings,
    migrations="sangathan_workshops.store.migrations",
    routers=[
        *(module.router for module in (plans, workshops, invitations, attendances)),
        trail_router("/v1/workshops-audit-entries", own_path="/v1/my-workshops-audit-entries"),
    ],
    trail_sealed=TrailSealed,
    parts=_parts,
    consumers=_consumers,
    background=_background,
    checks=_checks,
    tree_guard=tree_guard,
)


def main() -> None:
    """The command line: serve, migrate, openapi."""
    service_command(SERVICE)()
