"""What the other services report about people who were erased."""

from sangathan_chassis.consumer import Consumer, Poison, Subscriber
from sangathan_chassis.database import Work
from sangathan_contracts import identity, notify, workshops
from sangathan_contracts.envelope import Envelope
from sangathan_hierarchy.replica import decode
from sangathan_registry.commands.purge_erased import Report, keep_report


def _subscriber(service: str, event_type: type[Report]) -> Subscriber:
    async def on_person_erased(work: Work, envelope: Envelope) -> None:
        if not await keep_report(work, service, decode(envelope, event_type)):
            reason = "the report is about an erasure that is not known here"
            raise Poison(reason)

    return on_person_erased


def report_consumers() -> list[Consumer]:
    """One consumer per reporting service, each on that service's own stream."""
    reports: dict[str, type[Report]] = {
        "identity": identity.PersonErased,
        "notify": notify.PersonErased,
        "workshops": workshops.PersonErased,
    }
    return [
        Consumer(f"registry-erased-{service}", f"EV_{service.upper()}", {event.type: _subscriber(service, event)})
        for service, event in reports.items()
    ]
