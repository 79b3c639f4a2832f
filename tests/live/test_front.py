"""Reading a request's head: what is one, and what is not."""

import pytest

from sangathan_live.front import is_handshake_key, parse


def test_header_names_are_lower_case_and_repeated_ones_are_joined() -> None:
    request = parse(b"GET /live?after=7 HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx-one:  2 ")
    assert request is not None
    assert (request.path, request.query, request.headers["x-one"]) == ("/live", {"after": "7"}, "1, 2")


def test_firefox_asks_for_an_upgrade_beside_keep_alive() -> None:
    request = parse(b"GET /live HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket")
    assert request is not None
    assert request.upgrades


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"GET /live",
        b"GET /live HTTP/2",
        b"GET http://a/live HTTP/1.1",
        b"GET /live HTTP/1.1\r\nno colon",
        b"GET /live HTTP/1.1\r\nname : value",
        b"GET /live HTTP/1.1\r\n folded: value",
        b"GET /live?" + b"&".join(b"a=1" for _ in range(30)) + b" HTTP/1.1",
    ],
)
def test_what_is_no_head_is_not_guessed_at(head: bytes) -> None:
    assert parse(head) is None


@pytest.mark.parametrize(
    ("key", "good"), [("dGhlIHNhbXBsZSBub25jZQ==", True), ("", False), ("c2hvcnQ=", False), ("!!", False), ("é", False)]
)
def test_a_handshake_key_is_sixteen_bytes(key: str, good: bool) -> None:  # noqa: FBT001 - a table's column.
    assert is_handshake_key(key) is good
