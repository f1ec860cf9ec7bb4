"""Which addresses are public: none that only our own machines, networks or cloud would reach."""

import pytest

from posthog.outbound_addresses import is_public, parse_address


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("93.184.216.34", id="v4"),
        pytest.param("172.32.0.1", id="v4-beside-a-private-network"),
        pytest.param("2606:2800:220:1:248:1893:25c8:1946", id="v6"),
        pytest.param("::ffff:93.184.216.34", id="mapped"),
        pytest.param("64:ff9b::93.184.216.34", id="nat64"),
        pytest.param("2002:5db8:d822::1", id="6to4"),
    ],
)
def test_addresses_of_the_internet_are_public(text: str) -> None:
    """Also those that carry another public one."""
    assert is_public(parse_address(text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("127.0.0.1", id="loopback"),
        pytest.param("127.255.255.254", id="loopback-network"),
        pytest.param("0.0.0.0", id="unspecified"),
        pytest.param("0.1.2.3", id="this-network"),
        pytest.param("10.1.2.3", id="private-10"),
        pytest.param("172.16.0.1", id="private-172"),
        pytest.param("192.168.1.1", id="private-192"),
        pytest.param("100.64.0.1", id="carrier-nat"),
        pytest.param("100.100.100.200", id="metadata-alibaba"),
        pytest.param("169.254.169.254", id="metadata-link-local"),
        pytest.param("168.63.129.16", id="metadata-azure"),
        pytest.param("192.0.0.192", id="metadata-oracle"),
        pytest.param("192.0.2.1", id="documentation"),
        pytest.param("198.18.0.1", id="benchmarks"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("239.255.255.250", id="multicast-ssdp"),
        pytest.param("240.0.0.1", id="reserved"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("::1", id="v6-loopback"),
        pytest.param("::", id="v6-unspecified"),
        pytest.param("fe80::1", id="v6-link-local"),
        pytest.param("fe80::1%eth0", id="v6-link-local-scoped"),
        pytest.param("2606:2800:220:1:248:1893:25c8:1946%eth0", id="v6-scoped"),
        pytest.param("fc00::1", id="v6-unique-local"),
        pytest.param("fd00:ec2::254", id="metadata-aws-v6"),
        pytest.param("fec0::1", id="v6-site-local"),
        pytest.param("ff02::1", id="v6-multicast"),
        pytest.param("2001:db8::1", id="v6-documentation"),
        pytest.param("100::1", id="v6-discard"),
        pytest.param("4000::1", id="v6-unassigned"),
        pytest.param("::ffff:127.0.0.1", id="mapped-loopback"),
        pytest.param("::ffff:169.254.169.254", id="mapped-metadata"),
        pytest.param("::127.0.0.1", id="compatible-loopback"),
        pytest.param("::93.184.216.34", id="compatible"),
        pytest.param("64:ff9b::10.0.0.1", id="nat64-private"),
        pytest.param("64:ff9b::a9fe:a9fe", id="nat64-metadata"),
        pytest.param("64:ff9b:1::5db8:d822", id="nat64-local"),
        pytest.param("2002:7f00:1::", id="6to4-loopback"),
        pytest.param("2002:a9fe:a9fe::1", id="6to4-metadata"),
        pytest.param("2001:0:7f00:1::", id="teredo-server-loopback"),
        pytest.param("2001:0:5db8:d822:0:0:80ff:fffe", id="teredo-client-loopback"),
        pytest.param("2606:2800:220:1:0:5efe:10.0.0.1", id="isatap-private"),
    ],
)
def test_addresses_of_our_own_are_not_public(text: str) -> None:
    """However they are wrapped."""
    assert not is_public(parse_address(text))


@pytest.mark.parametrize("text", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "localhost", ""])
def test_unusual_notations_are_no_addresses(text: str) -> None:
    """Some systems read them as 127.0.0.1."""
    with pytest.raises(ValueError, match="address"):
        parse_address(text)
