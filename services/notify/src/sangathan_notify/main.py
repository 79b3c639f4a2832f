"""Composition root: routes, the replica of the tree, and the events that cause messages."""

from collections.abc import Mapping, Sequence

from sangathan_chassis.audit_routes import trail_router
from sangathan_chassis.command import service_command
from sangathan_chassis.consumer import Consumer
from sangathan_chassis.health import Check
from sangathan_chassis.service import Resources, Service, Task
from sangathan_contracts.notify import TrailSealed
from sangathan_hierarchy.ddl import tree_guard
from sangathan_hierarchy.replica import SqlReplica, loaded_check
from sangathan_notify.api import broadcasts, inbox
from sangathan_notify.api.parts import Parts
from sangathan_notify.commands.follow_tree import FollowTree
from sangathan_notify.settings import NotifySettings
from sangathan_notify.subscribers.appointments import appointments_consumer
from sangathan_notify.subscribers.cases import cases_consumer
from sangathan_notify.subscribers.erasures import erasures_consumer
from sangathan_notify.subscribers.files import files_consumer
from sangathan_notify.subscribers.glass import glass_consumer
from sangathan_notify.subscribers.grievances import grievances_consumer
from sangathan_notify.subscribers.sign_in import sign_in_consumer
from sangathan_notify.subscribers.transfers import transfers_consumer
from sangathan_notify.subscribers.tree import tree_consumer
from sangathan_notify.subscribers.workshops import workshops_consumer

NAME = "notify"


def _parts(resources: Resources[NotifySettings]) -> Parts:
    return Parts(cursors=resources.cursors, replica=SqlReplica(resources.nats, NAME, FollowTree()))


def _consumers(_resources: Resources[NotifySettings], own: Parts) -> Sequence[Consumer]:
    others = (appointments_consumer(), sign_in_consumer(), workshops_consumer())
    of_registry = (
        *(glass_consumer(), erasures_consumer(), cases_consumer()),
        *(transfers_consumer(), grievances_consumer(), files_consumer()),
    )
    return (tree_consumer(own.replica), *others, *of_registry)


def _background(resources: Resources[NotifySettings], own: Parts) -> Sequence[Task]:
    return (lambda: own.replica.ensure_loaded(resources.database),)


def _checks(resources: Resources[NotifySettings], _own: Parts) -> Mapping[str, Check]:
    return {"tree": loaded_check(resources.database)}


SERVICE = Service(
    name=NAME,
    settings_type=NotifySettings,
    migrations="sangathan_notify.store.migrations",
    routers=[
        broadcasts.router,
        inbox.router,
        trail_router("/v1/notify-audit-entries", own_path="/v1/my-notify-audit-entries"),
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
