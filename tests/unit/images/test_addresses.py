from ipaddress import ip_address

import pytest

from images.addresses import is_local, is_public

_FORBIDDEN = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.1.2.3 168.63.129.16 169.254.169.254
169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.9 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1
198.18.0.1 198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::a9fe:a9fe
64:ff9b::808:808 64:ff9b:1::a9fe:a9fe 100::1 2001::1 2001:0:a9fe:a9fe:: 2001:2::1 2001:10::1 2001:20::1
2001:db8::1 2002:a9fe:a9fe:: 2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fd12:3456::1 fe80::1
fe80::1%eth0 fec0::1 ff02::1 ff0e::1 4000::1
"""
_PUBLIC = (
    "1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 172.32.0.1 2606:4700::1111 2a00:1450::1 2001:4860::8888"
)
_NEVER_LOCAL = (
    "169.254.169.254 100.100.100.200 fd00:ec2::254 fe80::1 0.0.0.0 224.0.0.1 ::ffff:127.0.0.1 8.8.8.8"
)


@pytest.mark.parametrize("address", _FORBIDDEN.split())
def test_what_is_not_the_internets_is_not_public(address: str) -> None:
    """Private, special, multicast, and every IPv6 form that carries an IPv4 address."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", _PUBLIC.split())
def test_what_is_the_internets_is_public(address: str) -> None:
    """Ordinary addresses, neighbours of the forbidden ranges among them."""
    assert is_public(ip_address(address))


def test_public_is_never_wider_than_the_standard_library() -> None:
    """What Python calls private or multicast is not public, in a sample of every /8 and of IPv6."""
    sample = [ip_address((first << 24) + low) for first in range(256) for low in (1, 0x123456, 0xFFFFFE)]
    sample += [ip_address((first << 112) + 1) for first in range(0, 65_536, 7)]
    wrong = [a for a in sample if is_public(a) and (not a.is_global or a.is_multicast or a.is_reserved)]
    assert wrong == []


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "10.1.2.3", "172.18.0.2", "192.168.0.9", "100.64.0.1", "fd00::1"]
)
def test_a_local_host_is_of_this_machine_or_a_private_network(address: str) -> None:
    """Loopback, private networks, and a cloud's pods."""
    assert is_local(ip_address(address))


@pytest.mark.parametrize("address", _NEVER_LOCAL.split())
def test_a_local_host_is_no_metadata_service(address: str) -> None:
    """Where clouds hand out credentials is exempt for nobody."""
    assert not is_local(ip_address(address))
