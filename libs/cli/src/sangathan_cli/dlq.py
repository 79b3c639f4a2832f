"""Dead letters: what a consumer could not handle, why, and back to that one consumer once the cause is mended."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeVar

import nats
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.places import BrokerPlace
from sangathan_contracts.topology import CONSUMERS, DLQ_STREAM, inbox_prefix, requeue_subject

T = TypeVar("T")
_NAMES: Final = tuple(consumer.name for consumer in CONSUMERS)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One dead letter; ``number`` is its place in the stream, by which it is named."""

    number: int
    consumer: str
    reason: str
    subject: str
    event_type: str
    event_id: str
    delivered: str
    died_at: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def as_json(self, *, whole: bool) -> dict[str, Any]:
        """What a machine reads; the body only when asked for, since it may name people by their ids."""
        plain = asdict(self)
        body = plain.pop("body")
        headers = plain.pop("headers")
        return {**plain, "headers": headers, "body": _readable(body)} if whole else plain


def list_letters(place: BrokerPlace, consumer: str = "", limit: int = 100) -> list[DeadLetter]:
    """The newest dead letters first, of one consumer or of all; raises CliFault for one that there never was."""
    letters = _with_broker(place, lambda js: _list(js, consumer, limit))
    # A letter may be of a consumer that a later release has no more.
    if consumer and not letters and consumer not in _NAMES:
        msg = f"There is no consumer {consumer!r}; there are: {', '.join(_NAMES)}."
        raise CliFault(msg, ExitCode.USAGE)
    return letters


def show_letter(place: BrokerPlace, number: int) -> DeadLetter:
    """One dead letter, whole; raises CliFault when there is none of that number."""
    return _with_broker(place, lambda js: _get(js, number))


def requeue_letters(place: BrokerPlace, numbers: list[int]) -> list[DeadLetter]:
    """Sends each back to the consumer it came from and to no other, then takes it off the dead letters."""
    return _with_broker(place, lambda js: _requeue_all(js, numbers))


async def _list(js: JetStreamContext, consumer: str, limit: int) -> list[DeadLetter]:
    state = (await js.stream_info(DLQ_STREAM)).state
    found: list[DeadLetter] = []
    for number in range(state.last_seq, state.first_seq - 1, -1):
        if len(found) >= limit or not state.messages:
            break
        try:
            letter = await _get(js, number)
        except CliFault:
            continue
        if consumer in ("", letter.consumer):
            found.append(letter)
    return found


async def _get(js: JetStreamContext, number: int) -> DeadLetter:
    try:
        return _letter(await js.get_msg(DLQ_STREAM, number))
    except NotFoundError as error:
        msg = f"There is no dead letter number {number}; `sangathan dlq list` shows those there are."
        raise CliFault(msg) from error


async def _requeue_all(js: JetStreamContext, numbers: list[int]) -> list[DeadLetter]:
    letters = [await _get(js, number) for number in numbers]
    for letter in letters:
        if letter.consumer not in _NAMES:
            msg = f"Dead letter {letter.number} names the consumer {letter.consumer!r}, which does not exist."
            raise CliFault(msg)
    for letter in letters:
        await _requeue(js, letter)
    return letters


async def _requeue(js: JetStreamContext, letter: DeadLetter) -> None:
    """The event keeps its id, so that a consumer that has applied it after all drops it; the message gets a new one."""
    headers = {name: value for name, value in letter.headers.items() if not name.lower().startswith(("dlq-", "nats-"))}
    headers["Nats-Msg-Id"] = f"requeue:{letter.number}"
    headers["requeue-subject"] = letter.subject
    await js.publish(requeue_subject(letter.consumer), letter.body, headers=headers, timeout=5)
    await js.delete_msg(DLQ_STREAM, letter.number)


def _letter(message: RawStreamMsg) -> DeadLetter:
    headers = {str(name): str(value) for name, value in (message.headers or {}).items()}
    return DeadLetter(
        number=message.seq or 0,
        consumer=headers.get("dlq-consumer", (message.subject or "").removeprefix("dlq.")),
        reason=headers.get("dlq-reason", ""),
        subject=headers.get("dlq-subject", ""),
        event_type=headers.get("ce-type", ""),
        event_id=headers.get("ce-id", ""),
        delivered=headers.get("dlq-delivered", ""),
        died_at=headers.get("dlq-at", ""),
        headers=headers,
        body=message.data or b"",
    )


def _with_broker(place: BrokerPlace, act: Callable[[JetStreamContext], Awaitable[T]]) -> T:
    async def run() -> T:
        client = await nats.connect(
            place.url,
            user=place.user,
            password=place.password,
            inbox_prefix=inbox_prefix(place.user),
            allow_reconnect=False,
            connect_timeout=5,
        )
        try:
            return await act(client.jetstream(timeout=5))
        finally:
            await client.close()

    try:
        return asyncio.run(run())
    except (NatsError, OSError, TimeoutError) as error:
        msg = f"The broker at {place.url} refused: {str(error) or type(error).__name__}."
        raise CliFault(msg, ExitCode.NOT_RUNNING) from error


def _readable(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", errors="replace")
