"""Who may connect, and how fast."""

from pathlib import Path

import pytest

from sangathan_chassis.assertion import Claims, KeyFile, Minter, Verifier, encode_segment
from sangathan_chassis.refusal import Refusal
from sangathan_live.admission import (
    Admitted,
    Bucket,
    Revocations,
    Tickets,
    bearer_ticket,
    check_origin,
    socket_ticket,
)

NOW = 1_700_000_000.0


class Door:
    """Tickets with a clock and a key of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        key_file = folder / "live.key"
        key_file.write_text("k1:" + encode_segment(b"k" * 32).decode())
        keys = KeyFile(key_file)
        self._minter = Minter(keys)
        self.revocations = Revocations(lambda: self.now)
        self._tickets = Tickets(Verifier(keys, "live", lambda: self.now), self.revocations)

    def ticket(self, **claims: object) -> str:
        base = {"aud": "live", "act": "live.listen", "iat": int(self.now), "exp": int(self.now) + 30}
        who = {"sub": "person", "sid": "session", "apts": ("appointment",), "paths": ("in.mp.d07.",)}
        return self._minter.mint(Claims(**{**base, **who, **claims}))  # type: ignore[arg-type]  # Mixed types.

    def admit(self, ticket: str) -> Admitted:
        return self._tickets.admit(ticket)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def slug(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.type.slug


def test_a_ticket_admits_to_its_units_and_everything_said_above_them(door: Door) -> None:
    assert door.admit(door.ticket()).keys == ("in.", "in.mp.", "in.mp.d07.", "person", "session", "appointment")


@pytest.mark.parametrize(
    "claims",
    [{"aud": "registry"}, {"act": "worker.list"}, {"exp": int(NOW) - 60}, {"iat": int(NOW) + 60}],
    ids=["for another service", "for another action", "expired", "from the future"],
)
def test_a_ticket_for_anything_else_is_refused(door: Door, claims: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        door.admit(door.ticket(**claims))
    assert slug(refused) == "unauthenticated"


@pytest.mark.parametrize("paths", [(), ("in.mp",), ("", "in."), ("In.",)])
def test_a_ticket_without_a_proper_unit_is_refused(door: Door, paths: tuple[str, ...]) -> None:
    with pytest.raises(Refusal) as refused:
        door.admit(door.ticket(paths=paths))
    assert slug(refused) == "forbidden"


@pytest.mark.parametrize("void", ["person", "session", "appointment", "in.mp.", Revocations.EVERYTHING])
def test_a_ticket_minted_before_a_revocation_does_not_connect_after_it(door: Door, void: str) -> None:
    ticket = door.ticket()
    door.now += 2
    door.revocations.add(void)
    with pytest.raises(Refusal) as refused:
        door.admit(ticket)
    assert slug(refused) == "unauthenticated"


@pytest.mark.parametrize("ended", ["session", "appointment"])
def test_a_gateway_that_has_not_heard_of_an_end_or_whose_clock_is_ahead_opens_nothing(door: Door, ended: str) -> None:
    door.revocations.add(ended, for_good=True)
    for ahead in (0, 3):
        with pytest.raises(Refusal) as refused:
            door.admit(door.ticket(iat=int(door.now) + 2 + ahead))
        assert slug(refused) == "unauthenticated"


@pytest.mark.parametrize("off", [-120, 120])
def test_a_ticket_of_a_gateway_whose_clock_is_two_minutes_off_opens_nothing(door: Door, off: int) -> None:
    minted = int(door.now) + off
    with pytest.raises(Refusal) as refused:
        door.admit(door.ticket(iat=minted, exp=minted + 30))
    assert slug(refused) == "unauthenticated"


def test_a_ticket_says_how_long_its_offices_stay_as_they_are(door: Door) -> None:
    assert door.admit(door.ticket(unt=int(NOW) + 90)).seconds == 90
    assert door.admit(door.ticket()).seconds == float("inf")


def test_a_ticket_minted_after_a_revocation_connects(door: Door) -> None:
    door.revocations.add("person")
    door.now += 2
    assert "in." in door.admit(door.ticket()).units


def test_old_revocations_are_forgotten(door: Door) -> None:
    for number in range(10_000):
        door.revocations.add(f"session-{number}")
    door.now += Revocations.KEPT_S + 1
    door.revocations.add("session")
    assert len(door.revocations._revoked) == 1


def test_the_ticket_travels_among_the_subprotocols() -> None:
    assert socket_ticket({"sec-websocket-protocol": "sangathan.v1, ticket.a.b-c_d.e"}) == "a.b-c_d.e"


@pytest.mark.parametrize("offered", ["", "sangathan.v1", "ticket.a", "sangathan.v1, ticket.a, ticket.b"])
def test_a_handshake_without_exactly_one_ticket_is_refused(offered: str) -> None:
    with pytest.raises(Refusal):
        socket_ticket({"sec-websocket-protocol": offered})


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc"])
def test_a_stream_without_a_bearer_ticket_is_refused(header: str) -> None:
    with pytest.raises(Refusal):
        bearer_ticket({"authorization": header})


def test_any_origin_may_connect_unless_some_are_named() -> None:
    check_origin("https://elsewhere.example", frozenset({"*"}))


def test_a_page_of_a_foreign_origin_is_refused() -> None:
    with pytest.raises(Refusal):
        check_origin("https://elsewhere.example", frozenset({"https://console.example"}))


def test_connects_beyond_the_rate_are_refused_until_time_has_passed() -> None:
    now = [0.0]
    bucket = Bucket(10, lambda: now[0])
    burst = sum(bucket.take() for _ in range(100))
    now[0] += 0.5
    assert (burst, sum(bucket.take() for _ in range(100))) == (20, 5)
