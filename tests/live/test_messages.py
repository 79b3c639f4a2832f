"""What goes over the wire, in both spellings."""

import msgspec

from sangathan_live.messages import HEADROOM, Message, bye, cast_of, gap, hello
from tests.live.builders import a_broadcast


def payload(message: Message) -> dict[str, object]:
    decoded: dict[str, object] = msgspec.json.decode(bytes(message.socket[HEADROOM:]))
    return decoded


def test_a_cast_carries_the_broadcast_in_both_languages() -> None:
    sent = a_broadcast(7, "in.mp.d07.")
    expected = {"type": "cast", **msgspec.json.decode(msgspec.json.encode(sent))}
    assert payload(cast_of(sent).message) == expected


def test_a_cast_on_a_stream_bears_its_sequence_as_event_id() -> None:
    message = cast_of(a_broadcast(7)).message
    assert message.stream == b"id: 7\nevent: cast\ndata: " + bytes(message.socket[HEADROOM:]) + b"\n\n"


def test_a_line_break_in_a_text_does_not_break_the_stream() -> None:
    assert cast_of(a_broadcast(7, body="one\ntwo\n\nthree")).message.stream.count(b"\n") == 4


def test_hello_says_where_the_sequence_stands() -> None:
    assert payload(hello(7, "0", 900)) == {"type": "hello", "seq": 7, "epoch": "0", "retry_ms": 900}


def test_a_gap_says_where_to_fetch() -> None:
    expected = {"type": "gap", "after": 7, "fetch": "/v1/broadcasts?after=7", "spread_ms": 10_000}
    assert payload(gap(7, 10_000)) == expected


def test_who_is_not_to_come_back_is_told_no_time() -> None:
    assert payload(bye("signed-out", None)) == {"type": "bye", "reason": "signed-out", "retry_ms": None}
