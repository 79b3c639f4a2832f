"""Names and numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangathan_registry.api.phones import _read_in_full, read_phone
from sangathan_registry.domain.name_key import keys_of, name_key, prefix_range


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("श्री रमेश कुमार", "रमेश कुमार"),
        ("स्व. डॉ. रमेश", "रमेश"),
        ("Shri  Ramesh-Kumar", "ramesh kumar"),
        ("SMT. Sītā D'Souza", "sita dsouza"),
        ("बड़वानी", "बडवानी"),
        ("चाँद", "चांद"),
        ("श्री", ""),
        ("...", ""),
    ],
)
def test_a_name_has_one_key_however_it_is_written(name: str, key: str) -> None:
    assert name_key(name) == key


def test_lists_go_by_the_hindi_name_when_there_is_one() -> None:
    assert keys_of("रमेश", "Ramesh") == ("रमेश", "ramesh")
    assert keys_of(None, "Ramesh") == ("ramesh", "ramesh")
    assert keys_of("रमेश", None) == ("रमेश", "")


@given(st.text(max_size=40))
def test_a_key_is_its_own_key_and_sorts_as_bytes(name: str) -> None:
    key = name_key(name)
    assert name_key(key) == key
    assert key.encode() == key.encode("utf-8", "strict")


@given(st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_whatever_begins_with_a_key_lies_in_its_range(key: str, rest: str) -> None:
    low, high = (bound.encode("utf-8", "surrogatepass") for bound in prefix_range(key))
    assert low <= (key + rest).encode("utf-8", "surrogatepass") < high or rest.startswith("\U0010ffff")


@pytest.mark.parametrize(
    "text", ["+916000000001", "6000000001", "06000000001", "६०००००००01", "+91 60000 00001", "(+91) 60000-00001"]
)
def test_a_mobile_number_is_read_however_it_is_written(text: str) -> None:
    assert read_phone(text) == "+916000000001"


@pytest.mark.parametrize("text", ["", "1234567890", "+911122334455", "+14155550100", "6000000001x", "9" * 30, "\x00"])
def test_what_is_not_an_indian_mobile_number_is_refused(text: str) -> None:
    assert read_phone(text) is None


@given(st.integers(6_000_000_000, 9_999_999_999))
def test_the_short_way_agrees_with_phonenumbers_in_full(number: int) -> None:
    assert read_phone(str(number)) == _read_in_full(str(number))
