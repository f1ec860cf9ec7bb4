"""
Which network addresses a request may go to whose URL a person typed in: those of the public Internet.

An address that carries an IPv4 address inside (mapped, NAT64, 6to4, Teredo, ISATAP) is judged by that one, too: a
gateway on the way would unwrap it. Source: IANA special-purpose address registries; RFC 4291, 6052, 3056, 4380, 5214.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

IPAddress = IPv4Address | IPv6Address

CLOSED_V4: tuple[IPv4Network, ...] = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        # Azure's host agent: a public address that answers inside every machine there, with its configuration.
        "168.63.129.16/32",
    )
)
"""Closed beside what `ipaddress` knows as private, loopback, link-local (169.254.169.254) or multicast."""

CLOSED_V6: tuple[IPv6Network, ...] = tuple(
    IPv6Network(network)
    for network in (
        "64:ff9b:1::/48",  # NAT64 of a network's own; where the IPv4 address stands in it, only that network knows
        "fec0::/10",  # site-local of old
        "100::/64",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
    )
)
GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
COMPATIBLE = IPv6Network("::/96")
ISATAP_MARKS = (0x0000_5EFE, 0x0200_5EFE)
LOW_32_BITS = 0xFFFF_FFFF


def parse_address(text: str) -> IPAddress:
    """
    Raises:
        ValueError: It is no address in the usual notation; `127.1` and `0x7f000001` are none.
    """
    return ip_address(text)


def is_public(address: IPAddress) -> bool:
    """Whether everybody on the Internet would reach the same machine by it."""
    if isinstance(address, IPv4Address):
        return _is_public_v4(address)
    if address.scope_id is not None or any(address in network for network in CLOSED_V6):
        return False
    carried = list(_list_carried(address))
    if any(not _is_public_v4(inner) for inner in carried):
        return False
    if address.ipv4_mapped is not None or address.sixtofour is not None or address in NAT64:
        return True  # Python before 3.11.4 calls all of 6to4 private
    return address in GLOBAL_UNICAST_V6 and address.is_global and not address.is_multicast


def _is_public_v4(address: IPv4Address) -> bool:
    is_open = address.is_global and not address.is_multicast and not address.is_reserved
    return is_open and not any(address in network for network in CLOSED_V4)


def _list_carried(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a translator or a tunnel would read out of it."""
    number = int(address)
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in NAT64 or address in COMPATIBLE or (number >> 32) & LOW_32_BITS in ISATAP_MARKS:
        yield IPv4Address(number & LOW_32_BITS)
