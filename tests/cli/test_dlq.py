"""A dead letter is listed, shown, and sent back to the one consumer that it came from."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import nats
import pytest
from nats.aio.client import Client

from sangathan_contracts.topology import inbox_prefix
from sangathan_embedded import EmbeddedServers, apply_topology
from tests.cli.conftest import Command

HEADERS = {
    "ce-id": "0190f2a0-0000-7000-8000-000000000001",
    "ce-type": "identity.unit.moved.v1",
    "dlq-consumer": "registry-tree",
    "dlq-subject": "ev.identity.unit.moved.v1.in.mp",
    "dlq-reason": "the body is not JSON",
    "dlq-delivered": "1",
    "dlq-at": "2026-01-01T00:00:00+00:00",
}


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedServers]:
    with TemporaryDirectory(prefix="sangathan-") as name, EmbeddedServers(Path(name), durable=False) as servers:
        yield servers


@pytest.fixture
async def registry(embedded: EmbeddedServers) -> AsyncIterator[Client]:
    """The registry's connection to a broker without dead letters."""
    password = embedded.secrets.nats_password("operator")
    await apply_topology(embedded.nats_url, password)
    operator = await nats.connect(
        embedded.nats_url, user="operator", password=password, inbox_prefix=inbox_prefix("operator")
    )
    await operator.jetstream().purge_stream("DLQ")
    await operator.close()
    client = await nats.connect(
        embedded.nats_url,
        user="registry",
        password=embedded.secrets.nats_password("registry"),
        inbox_prefix=inbox_prefix("registry"),
    )
    yield client
    await client.close()


async def dead_letter(registry: Client, **headers: str) -> str:
    acknowledged = await registry.jetstream().publish("dlq.registry-tree", b"{bent", headers={**HEADERS, **headers})
    return str(acknowledged.seq)


@pytest.fixture
def operator(sangathan: Command, embedded: EmbeddedServers) -> Command:
    def run(*words: str) -> "object":
        return sangathan(
            *words,
            SANGATHAN_NATS_URL=embedded.nats_url,
            SANGATHAN_NATS_PASSWORD=embedded.secrets.nats_password("operator"),
        )

    return run  # type: ignore[return-value]  # The same callable with two settings given.


async def test_no_dead_letters_are_said_to_be_none(registry: Client, operator: Command) -> None:
    assert registry.is_connected
    assert operator("dlq", "list").stdout.strip() == "There are no dead letters."


async def test_a_dead_letter_is_listed_with_its_reason(registry: Client, operator: Command) -> None:
    number = await dead_letter(registry)
    listed = json.loads(operator("dlq", "list", "--json").stdout)
    assert [(one["number"], one["consumer"], one["reason"]) for one in listed] == [
        (int(number), "registry-tree", "the body is not JSON")
    ]


async def test_a_dead_letter_of_another_consumer_is_left_out(registry: Client, operator: Command) -> None:
    await dead_letter(registry)
    assert json.loads(operator("dlq", "list", "--consumer", "notify-tree", "--json").stdout) == []


async def test_a_dead_letter_is_shown_whole(registry: Client, operator: Command) -> None:
    number = await dead_letter(registry)
    shown = json.loads(operator("dlq", "show", number).stdout)
    assert (shown["body"], shown["headers"]["ce-id"]) == ("{bent", HEADERS["ce-id"])


async def test_a_requeued_letter_reaches_its_consumer_as_the_same_event(registry: Client, operator: Command) -> None:
    number = await dead_letter(registry)
    assert operator("dlq", "requeue", number).returncode == 0
    inbox = registry.new_inbox()
    subscription = await registry.subscribe(inbox)
    subject = "$JS.API.CONSUMER.MSG.NEXT.REQUEUE.registry-tree-requeue"
    await registry.publish(subject, json.dumps({"batch": 1, "expires": 1_000_000_000}).encode(), reply=inbox)
    message = await subscription.next_msg(timeout=15)
    await message.ack()
    assert message.data == b"{bent"
    assert message.headers is not None
    assert message.headers["ce-id"] == HEADERS["ce-id"]


async def test_a_requeued_letter_is_no_longer_dead(registry: Client, operator: Command) -> None:
    await dead_letter(registry)
    operator("dlq", "requeue", "--all-of", "registry-tree")
    assert json.loads(operator("dlq", "list", "--json").stdout) == []


async def test_a_letter_of_no_known_consumer_is_not_sent_anywhere(registry: Client, operator: Command) -> None:
    number = await dead_letter(registry, **{"dlq-consumer": "long-gone"})
    done = operator("dlq", "requeue", number)
    assert done.returncode == 1
    assert "'long-gone', which does not exist" in done.stderr


async def test_a_number_that_is_none_is_told(registry: Client, operator: Command) -> None:
    assert registry.is_connected
    done = operator("dlq", "show", "999999")
    assert done.returncode == 1
    assert "There is no dead letter number 999999" in done.stderr


@pytest.mark.parametrize("words", [("list", "--consumer"), ("requeue", "--all-of")], ids=" ".join)
async def test_a_consumer_that_there_never_was_is_told(
    registry: Client, operator: Command, words: tuple[str, str]
) -> None:
    assert registry.is_connected
    done = operator("dlq", *words, "registry-treee")
    assert done.returncode == 2
    assert "There is no consumer 'registry-treee'; there are: " in done.stderr
