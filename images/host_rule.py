"""One entry of the list of allowed image hosts."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from typing import Self

_ENTRY = re.compile(
    r"(?P<scheme>http://|https://)?(?P<host>\[[0-9a-f:.]+\]|(?:\*\.)?[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)"
    r"(?::(?P<port>[0-9]{1,5}))?"
)


@dataclass(frozen=True, slots=True)
class HostRule:
    """A host, or with `*.` all hosts below it.

    port: None means the scheme's own.
    local: it may resolve to loopback or private addresses.
    """

    host: str
    port: int | None = None
    plain_http: bool = False
    local: bool = False

    @classmethod
    def parse(cls, entry: str) -> Self:
        """`host`, `*.domain`, `host:port`, each with `http://` before it where plain http is meant.

        Raises ValueError that names the entry.
        """
        parts = _ENTRY.fullmatch(entry.strip().lower())
        if parts is None:
            raise ValueError(f"{entry!r} is not of the form host, *.domain or host:port")
        host, port = parts["host"], None if parts["port"] is None else int(parts["port"])
        if port is not None and not 0 < port < 65_536:
            raise ValueError(f"{entry!r}: there is no port {port}")
        if host.startswith("["):
            try:
                host = IPv6Address(host[1:-1]).compressed
            except AddressValueError as error:
                raise ValueError(f"{entry!r}: {error}") from None
        return cls(host, port, plain_http=parts["scheme"] == "http://")

    @classmethod
    def parse_local(cls, entry: str) -> Self:
        """As parse, for a host of this machine or of a private network; plain http is allowed there.

        Raises ValueError, for a pattern too: what is exempt from the address check is named one by one.
        """
        rule = cls.parse(entry)
        if rule.host.startswith("*."):
            raise ValueError(f"{entry!r}: a local host is named in full")
        return cls(rule.host, rule.port, plain_http=True, local=True)

    def names(self, host: str) -> bool:
        """Whether a host (lower case, no brackets) is this one or below it."""
        if self.host.startswith("*."):
            return host.endswith(self.host[1:]) and host[0] != "."
        return host == self.host
