"""The AsyncAPI 3 document of every event, generated from this package: ``python -m sangathan_contracts.asyncapi``."""

import json
import sys
from typing import Any

import msgspec

from sangathan_contracts.catalogue import EVENTS
from sangathan_contracts.envelope import Event

_HEADERS = {
    "type": "object",
    "description": "CloudEvents 1.0 attributes, W3C trace context, and the id by which JetStream drops doubles.",
    "required": ["ce-specversion", "ce-id", "ce-type", "ce-source", "ce-time", "Nats-Msg-Id"],
    "properties": {
        "ce-specversion": {"const": "1.0"},
        "ce-id": {"type": "string", "format": "uuid"},
        "ce-type": {"type": "string"},
        "ce-source": {"type": "string", "description": "`sangathan/<service>`"},
        "ce-time": {"type": "string", "format": "date-time"},
        "traceparent": {"type": "string"},
        "Nats-Msg-Id": {"type": "string", "format": "uuid"},
    },
}


def document() -> dict[str, Any]:
    """The whole document: one channel and one send operation per event type and version."""
    _, schemas = msgspec.json.schema_components(EVENTS, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sangathan events",
            "version": "1",
            "description": "Each subject ends in the codes of the unit it concerns: `ev.<type>.<unit codes…>`.",
        },
        "defaultContentType": "application/json",
        "channels": {event.type: _channel(event) for event in EVENTS},
        "operations": {f"send-{event.type}": _operation(event) for event in EVENTS},
        "components": {"schemas": schemas, "messages": {event.type: _message(event) for event in EVENTS}},
    }


def _channel(event: type[Event]) -> dict[str, Any]:
    reference = {"$ref": f"#/components/messages/{event.type}"}
    return {
        "address": f"ev.{event.type}.{{unit_path}}",
        "description": _sentence(event),
        "parameters": {"unit_path": {"description": "The codes from the top of the tree, each followed by a dot."}},
        "messages": {event.type: reference},
    }


def _operation(event: type[Event]) -> dict[str, Any]:
    return {"action": "send", "channel": {"$ref": f"#/channels/{event.type}"}, "summary": _sentence(event)}


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "summary": _sentence(event),
        "headers": _HEADERS,
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
    }


def _sentence(event: type[Event]) -> str:
    return (event.__doc__ or "").strip().splitlines()[0]


if __name__ == "__main__":
    json.dump(document(), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    sys.stdout.write("\n")
