"""Which URLs may be fetched: their syntax, scheme, host and port. Pure; addresses are checked after DNS.

The syntax is stricter than any URL parser's, and what is sent is put together again from the parts checked
here, so that no two parsers can read different hosts out of one URL.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote

from images.addresses import IPAddress, is_local, is_public
from images.errors import BadUrl, ForbiddenAddress, ForbiddenHost
from images.host_rule import HostRule

DEFAULT_PORTS = {"https": 443, "http": 80}

_MAX_URL_CHARACTERS = 8_192
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_URL = re.compile(
    r"[A-Za-z]+://(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?:#.*)?", re.DOTALL
)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
# Resolvers read such a last label as a number: 127.1, 0x7f000001, 017700000001.
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_FORBIDDEN_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")
# Sent as they are: all that RFC 3986 allows in a path or query, and what browsers leave alone besides.
_SENT_UNCHANGED = "%/:?#[]@!$&'()*+,;=~|^"


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that passed, in parts.

    host: lower case, without brackets; address: the host's, where it is written as one.
    """

    scheme: str
    host: str
    port: int
    path: str
    address: IPAddress | None
    local: bool

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them: the port only where it is not the scheme's."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: what shares slots, and fails together."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """What is asked for, without fragment."""
        return self.origin + self.path

    def allows(self, address: IPAddress) -> bool:
        """Whether this host may be reached at an address."""
        return is_public(address) or (self.local and is_local(address))


class UrlPolicy:
    """The configured hosts, and everything that is asked of a URL before it is resolved."""

    def __init__(self, rules: Iterable[HostRule]) -> None:
        self._rules = tuple(rules)

    def check(self, url: str) -> Target:
        """Raises BadUrl, ForbiddenHost, or ForbiddenAddress for a host written as a forbidden address."""
        scheme, authority, path = _split(url)
        host, port = _host_and_port(authority, DEFAULT_PORTS[scheme])
        address = _address(host)
        if address is not None:
            host = address.compressed
        named = [rule for rule in self._rules if rule.names(host)]
        rules = [rule for rule in named if port == (rule.port or DEFAULT_PORTS[scheme])]
        if not rules:
            if address is not None and not is_public(address):
                raise ForbiddenAddress(f"{host} is not a public address")
            what = f"port {port} of {host} is not allowed" if named else f"{host} is no allowed image host"
            raise ForbiddenHost(what)
        if scheme == "http" and not any(rule.plain_http for rule in rules):
            raise BadUrl(f"plain http is not allowed for {host}")
        target = Target(scheme, host, port, path, address, local=any(rule.local for rule in rules))
        if address is not None and not target.allows(address):
            raise ForbiddenAddress(f"{host} is not a public address")
        return target


def _split(url: str) -> tuple[str, str, str]:
    """Scheme, authority, and path with query, percent-encoded as browsers do and otherwise unchanged."""
    url = url.strip(" ")
    if len(url) > _MAX_URL_CHARACTERS:
        raise BadUrl(f"a URL of {len(url):,} characters")
    if _FORBIDDEN_CHARACTERS.search(url):
        raise BadUrl("control characters or backslashes in the URL")
    scheme_part = _SCHEME.match(url)
    if scheme_part is None:
        raise BadUrl("no absolute URL")
    scheme = scheme_part[1].lower()
    if scheme not in DEFAULT_PORTS:
        raise BadUrl(f"scheme {scheme[:20]} is not fetched")
    parts = _URL.fullmatch(url)
    if parts is None or not parts["authority"]:
        raise BadUrl("no host in the URL")
    if "@" in parts["authority"]:
        raise BadUrl("a user name or password in the URL")
    try:
        path = quote((parts["path"] or "/") + (parts["query"] or ""), safe=_SENT_UNCHANGED)
    except UnicodeEncodeError:
        raise BadUrl("characters in the URL that are no characters") from None
    return scheme, parts["authority"], path


def _host_and_port(authority: str, default_port: int) -> tuple[str, int]:
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        if not authority.isascii():
            raise BadUrl("a host with other letters than ASCII's: write its xn-- form")
        raise BadUrl("host or port is malformed")
    port = int(parts["port"] or default_port)
    if not 0 < port < 65_536:
        raise BadUrl(f"there is no port {port}")
    host = parts["host"].lower()
    if host.startswith("["):
        return host[1:-1], port
    host = host.removesuffix(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise BadUrl("the host is malformed")
    return host, port


def _address(host: str) -> IPAddress | None:
    """The address that a host is written as, if it is; only the plain way to write one is taken."""
    try:
        if ":" in host:
            return IPv6Address(host)
        if _NUMERIC_LABEL.fullmatch(host.rpartition(".")[2]):
            return IPv4Address(host)
    except AddressValueError:
        raise BadUrl("the host is a number, but no plain IP address") from None
    return None
