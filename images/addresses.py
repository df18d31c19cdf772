"""Which IP addresses may be connected to.

`ipaddress.is_global` answers another question (what a registry says), answers it differently from one Python
to the next, and looks into few of the IPv6 addresses that carry an IPv4 one. So for IPv6 there is one network
to be in: 2000::/3, all that is assigned to the internet today, less the special blocks inside it. IPv4-mapped
and IPv4-compatible addresses, NAT64, unique-local, site-local, link-local and multicast are all outside.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IPAddress = IPv4Address | IPv6Address

_SPECIAL_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network, and the unspecified address
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers; clouds keep pods and metadata there
        "127.0.0.0/8",
        "168.63.129.16/32",  # a public number, yet the inside of an Azure machine
        "169.254.0.0/16",  # link-local: where clouds hand out credentials
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments, and Oracle's metadata
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_INTERNET_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries an IPv4 address
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)

# What a configured local host may be: this machine, or a private network.
_LOCAL_V4 = tuple(
    IPv4Network(network)
    for network in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
_LOCAL_V6 = tuple(IPv6Network(network) for network in ("::1/128", "fc00::/7"))
# Private by their numbers, and where clouds hand out credentials.
_METADATA = frozenset((IPv4Address("100.100.100.200"), IPv6Address("fd00:ec2::254")))


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the internet, and carries no other address within it."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    return address in _INTERNET_V6 and not any(address in network for network in _SPECIAL_V6)


def is_local(address: IPAddress) -> bool:
    """Whether an address may be a local host's: loopback or private; never a metadata service."""
    if address in _METADATA:
        return False
    if isinstance(address, IPv4Address):
        return any(address in network for network in _LOCAL_V4)
    return any(address in network for network in _LOCAL_V6)
