"""What is said of a card without network, in Python: the page is held to the same in `test_page`."""

import random

import pytest

from sangathan_cards import base45, cose
from sangathan_cards.card import PREFIX
from sangathan_cards.cose import NotSigned
from sangathan_cards.status_list import StatusList, bits_of, read_list
from sangathan_cards.verdict import Verdict, check
from tests.cards.vectors import CARD, KEYS, KID, LIST, NOW, OLD_KID, STRANGER, Vector, signed_list, text_of, vectors

EVERY = list(vectors())
SMALL_ORDER = (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
)


@pytest.mark.parametrize("vector", EVERY, ids=lambda one: one.name)
def test_every_card_gets_its_verdict(vector: Vector) -> None:
    statuses = read_list(vector.statuses, KEYS) if vector.statuses is not None else None
    assert check(vector.text, KEYS, statuses, vector.now).verdict == vector.verdict


def test_the_vectors_ask_for_every_verdict_under_names_of_their_own() -> None:
    assert {vector.verdict for vector in EVERY} == set(Verdict)
    assert len({vector.name for vector in EVERY}) == len(EVERY)


def test_a_card_says_nothing_before_its_signature_holds() -> None:
    said = {vector.verdict for vector in EVERY if check(vector.text, KEYS, None, vector.now).card is None}
    assert said == {"not-a-card", "unknown-key", "forged"}


def test_a_good_card_says_what_was_written() -> None:
    assert check(text_of(), KEYS, LIST, NOW).card == CARD


def test_no_bit_of_a_card_can_be_turned() -> None:
    data = base45.decode(text_of().removeprefix(PREFIX))
    for bit in range(len(data) * 8):
        bent = bytearray(data)
        bent[bit // 8] ^= 1 << bit % 8
        said = check(PREFIX + base45.encode(bytes(bent)), KEYS, LIST, NOW).verdict
        assert said in {Verdict.NOT_A_CARD, Verdict.UNKNOWN_KEY, Verdict.FORGED}, bit


def test_any_bytes_come_back_from_base45() -> None:
    dice = random.Random(9285)
    for size in range(64):
        data = dice.randbytes(size)
        assert base45.decode(base45.encode(data)) == data


@pytest.mark.parametrize(("text", "data"), [("BB8", b"AB"), ("%69 VD92EX0", b"Hello!!"), ("UJCLQE7W581", b"base-45")])
def test_base45_is_that_of_the_standard(text: str, data: bytes) -> None:
    assert (base45.encode(data), base45.decode(text)) == (text, data)


def test_a_key_set_comes_back_in_its_order() -> None:
    assert list(cose.read_keys(cose.write_keys(KEYS)).items()) == list(KEYS.items())


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_a_key_that_anybody_could_sign_for_is_refused(point: str) -> None:
    with pytest.raises(NotSigned):
        cose.read_keys(cose.write_keys({KID: bytes.fromhex(point)}))


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(33), (2**255 - 19 + 3).to_bytes(32, "little")])
def test_a_key_that_is_no_point_is_refused(public: bytes) -> None:
    with pytest.raises(NotSigned):
        cose.read_keys(cose.write_keys({KID: public}))


def test_a_set_that_holds_an_id_twice_is_refused() -> None:
    [entry, _] = cose.read(cose.write_keys(KEYS))
    with pytest.raises(NotSigned):
        cose.read_keys(cose.write([entry, entry]))


@pytest.mark.parametrize("data", [b"", b"\x00", cose.write({}), cose.write([1]), cose.write([{1: 1}])])
def test_a_set_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(NotSigned):
        cose.read_keys(data)


def test_a_list_comes_back() -> None:
    assert read_list(signed_list(), KEYS) == LIST


def test_a_list_of_another_signer_is_refused() -> None:
    with pytest.raises(NotSigned):
        read_list(signed_list(key=STRANGER), KEYS)
    with pytest.raises(NotSigned):
        read_list(signed_list(), {OLD_KID: KEYS[OLD_KID]})


def test_no_byte_of_a_list_can_be_turned() -> None:
    data = signed_list()
    for place in range(len(data)):
        bent = bytearray(data)
        bent[place] ^= 1
        with pytest.raises(NotSigned):
            read_list(bytes(bent), KEYS)


def test_a_card_for_a_list_is_refused() -> None:
    with pytest.raises(NotSigned):
        read_list(base45.decode(text_of().removeprefix(PREFIX)), KEYS)


def test_a_list_knows_each_place_and_nothing_beyond() -> None:
    ended = {0, 7, 8, 19}
    statuses = StatusList(bits_of(ended, 20), 0, 1)
    assert {index for index in range(24) if statuses.ended(index)} == ended
    assert statuses.ended(24) is None
