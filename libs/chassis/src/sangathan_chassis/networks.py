"""Networks as settings name them, and whose address counts as whose."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks_in(text: str) -> tuple[Network, ...]:
    """The networks that a text names, by comma; raises ValueError for what is none."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def lies_in(networks: Sequence[Network], address: str) -> bool:
    """Whether the address lies in one of them; what is no address lies nowhere."""
    try:
        host = _plain(address)
    except ValueError:
        return False
    return any(host in network for network in networks)


@lru_cache(4096)
def household(address: str) -> str:
    """By what somebody who has not shown who they are is counted: the address, of IPv6 the network of 64 bits.

    One line has 2^64 addresses of IPv6 for itself (RFC 6177), and would otherwise be as many strangers.
    """
    try:
        host = _plain(address)
    except ValueError:
        return address
    return str(host) if host.version == 4 else str(ipaddress.ip_network((host, 64), strict=False))


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address; one of IPv4 that is written as IPv6 as what it is."""
    host = ipaddress.ip_address(address)
    return host.ipv4_mapped or host if isinstance(host, ipaddress.IPv6Address) else host
