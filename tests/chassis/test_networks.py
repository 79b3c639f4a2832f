"""Whose address counts as whose, and who may read the metrics."""

import pytest
from pydantic import ValidationError

from sangathan_chassis.networks import household, lies_in, networks_in
from sangathan_chassis.settings import ProcessSettings


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("no address", "no address", True),
    ],
)
def test_a_household_is_one_address_or_one_network_of_64_bits(one: str, other: str, *, same: bool) -> None:
    assert (household(one) == household(other)) is same


def test_an_address_lies_in_a_network_however_it_is_written() -> None:
    networks = networks_in("10.0.0.0/8, ::1/128")
    found = [lies_in(networks, address) for address in ("10.1.2.3", "::ffff:10.1.2.3", "::1", "11.0.0.1", "x", "")]
    assert found == [True, True, True, False, False, False]


def test_metrics_are_for_the_loopback_alone_unless_told_otherwise() -> None:
    settings = ProcessSettings()
    shown = [settings.shows_metrics(address, forwarded=False) for address in ("127.0.0.1", "::1", "192.0.2.1", "")]
    assert shown == [True, True, False, False]
    assert not settings.shows_metrics("127.0.0.1", forwarded=True)
    assert ProcessSettings(metrics_from="192.0.2.0/24").shows_metrics("192.0.2.1", forwarded=False)


def test_what_is_no_network_keeps_a_process_from_starting() -> None:
    with pytest.raises(ValidationError):
        ProcessSettings(metrics_from="everywhere")
