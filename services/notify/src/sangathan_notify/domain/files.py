"""What somebody is told of the file that they asked for or brought in: how it ended, and of nobody in it."""

from typing import Final
from uuid import UUID

from sangathan_contracts.registry import ExportEnded, ImportEnded
from sangathan_notify.domain.dates import minute_of
from sangathan_notify.domain.messages import Message
from sangathan_notify.domain.templates import Both, render

_ENDS: Final = {"ready": "export-ready", "done": "import-done"}


def of_export(event: ExportEnded, unit: Both) -> Message:
    """Says until when the file can be fetched, or that there is none."""
    kind = _ENDS.get(event.state, "export-stopped")
    values = {"unit": unit, "until": minute_of(event.expires_at)}
    return _message((event.export_id, "export_id"), event, kind, values)


def of_import(event: ImportEnded, unit: Both) -> Message:
    """Says how many rows came on record, and how many want correction."""
    kind = _ENDS.get(event.state, "import-stopped")
    values = {"unit": unit, **{name: _number(getattr(event, name)) for name in ("rows", "accepted", "left")}}
    return _message((event.import_id, "import_id"), event, kind, values)


def _message(about: tuple[UUID, str], event: ExportEnded | ImportEnded, kind: str, values: dict[str, Both]) -> Message:
    return Message(
        recipient_id=event.person_id,
        kind=kind,
        dedupe_key=f"{kind}:{about[0]}",
        text=render(kind, values),
        refs={about[1]: about[0], "unit_id": event.unit_id},
    )


def _number(number: int) -> Both:
    return Both(str(number), str(number))
