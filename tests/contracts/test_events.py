"""What was once published stays readable: golden samples of every event version against today's classes."""

import json
from pathlib import Path

import msgspec
import pytest

from sangathan_contracts import asyncapi
from sangathan_contracts.catalogue import EVENTS, event_of
from sangathan_contracts.envelope import Event, filter_of, subject_of
from sangathan_contracts.topology import CONSUMERS, STREAMS

SAMPLES = Path(__file__).parent / "samples"
ROOT = Path(__file__).parents[2]


def subclasses() -> set[type[Event]]:
    return {event for event in Event.__subclasses__() if event.__module__.startswith("sangathan_contracts.")}


def test_the_catalogue_lists_every_event() -> None:
    assert set(EVENTS) == subclasses()
    assert len({event.type for event in EVENTS}) == len(EVENTS)


def test_every_event_has_a_golden_sample() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} >= {event.type for event in EVENTS}


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_golden_sample_reads_and_is_written_the_same(path: Path) -> None:
    sample = path.read_bytes()
    event = msgspec.json.decode(sample, type=event_of(path.stem))
    assert json.loads(msgspec.json.encode(event)) == json.loads(sample)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_a_reader_of_today_takes_a_field_of_tomorrow(event: type[Event]) -> None:
    sample = json.loads((SAMPLES / f"{event.type}.json").read_bytes())
    msgspec.json.decode(json.dumps({**sample, "added_later": 1}), type=event)


def test_a_subject_names_the_type_and_the_unit() -> None:
    assert subject_of("identity.unit.moved.v1", "in.mp.d07.") == "ev.identity.unit.moved.v1.in.mp.d07"
    assert filter_of("identity.unit.moved.v1") == "ev.identity.unit.moved.v1.>"


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_every_event_has_a_stream(event: type[Event]) -> None:
    service = event.type.split(".")[0]
    assert f"ev.{service}.>" in {subject for stream in STREAMS for subject in stream.subjects}


def test_every_durable_consumer_reads_a_stream_that_exists() -> None:
    assert {consumer.stream for consumer in CONSUMERS} <= {stream.name for stream in STREAMS}


def test_the_asyncapi_document_on_file_is_todays() -> None:
    on_file = json.loads((ROOT / "docs" / "asyncapi.json").read_text(encoding="utf-8"))
    assert on_file == json.loads(json.dumps(asyncapi.document(), sort_keys=True))
