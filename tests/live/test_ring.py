"""The ring fills in exactly what was missed, or says that it cannot."""

from uuid import uuid4

import pytest

from sangathan_live.ring import Place, Ring
from tests.live.builders import a_cast

EVERYWHERE = frozenset({"in.", "in.mp.", "in.mp.d07."})
PLENTY = 1_000_000


def a_ring(*seqs: int, size: int = 100) -> Ring:
    ring = Ring(size)
    for seq in seqs:
        ring.append(a_cast(seq))
    return ring


def filled(ring: Ring, after: int, budget: int = PLENTY) -> list[int] | None:
    found = ring.after(after, EVERYWHERE, budget)
    return None if found is None else [cast.seq for cast in found]


def test_who_missed_two_gets_two() -> None:
    assert filled(a_ring(5, 6, 7), 5) == [6, 7]


def test_who_missed_nothing_gets_nothing() -> None:
    assert filled(a_ring(5, 6, 7), 7) == []


def test_who_is_just_at_the_floor_gets_everything_the_ring_has() -> None:
    assert filled(a_ring(5, 6, 7), 4) == [5, 6, 7]


def test_below_the_floor_the_ring_cannot_tell() -> None:
    assert filled(a_ring(5, 6, 7), 3) is None


def test_ahead_of_the_ring_it_cannot_tell() -> None:
    assert filled(a_ring(5, 6, 7), 8) is None


def test_an_empty_ring_cannot_tell_what_was_said_before_it() -> None:
    assert filled(a_ring(), 4) is None


def test_the_floor_rises_when_the_ring_is_full() -> None:
    ring = a_ring(1, 2, 3, 4, size=2)
    assert (ring.floor, filled(ring, 2), filled(ring, 1)) == (2, [3, 4], None)


def test_casts_to_other_units_are_not_filled_in() -> None:
    ring = a_ring(1)
    ring.append(a_cast(2, "in.mp.d08."))
    ring.append(a_cast(3, "in.mp.d07."))
    assert filled(ring, 1) == [3]


def test_more_than_a_client_can_take_at_once_is_left_to_rest() -> None:
    assert filled(a_ring(1, 2, 3), 0, budget=10) is None


def test_a_hole_begins_a_new_run() -> None:
    ring = a_ring(1, 2, 5)
    assert (ring.floor, filled(ring, 2)) == (4, None)


def test_after_forgetting_nothing_is_filled_in() -> None:
    ring = a_ring(1, 2)
    ring.forget()
    assert filled(ring, 1) is None


@pytest.mark.parametrize(("seq", "place"), [(4, Place.NEXT), (5, Place.AHEAD), (3, Place.RESTARTED), (0, Place.SEEN)])
def test_another_broadcast_is_placed_by_its_number(seq: int, place: Place) -> None:
    assert a_ring(1, 2, 3).place_of(seq, uuid4()) is place


def test_the_same_broadcast_again_has_been_seen() -> None:
    ring, cast = a_ring(1, 2), a_cast(3)
    ring.append(cast)
    assert ring.place_of(3, cast.broadcast_id) is Place.SEEN


def test_the_first_cast_an_edge_hears_is_taken_whatever_its_number() -> None:
    assert a_ring().place_of(900, uuid4()) is Place.NEXT
