"""One request to one checked address.

requests-hardened's adapter picks the connection pool: it pins the address, and checks it once more by its own
list. Everything else of requests is left out. A session reads the environment (proxies, netrc), keeps
cookies, and reads the whole body of a redirect, however long, even when told not to follow it; urllib3 does
none of that.
"""

import ssl
from collections.abc import Mapping, Sequence
from typing import Any, cast

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, ProtocolError

from images.addresses import IPAddress
from images.deadline import Deadline
from images.foreign_errors import translated
from images.timed_sockets import StaleConnection, TimedPool, TimedTLSPool
from images.url_policy import Target

# One for each address of each host that is in use; the least recently used are closed.
_MAX_POOLS = 64
_POOL_CLASSES = {"http": TimedPool, "https": TimedTLSPool}


class _PinnedRequest(PreparedRequest):
    """What the adapter needs to pick a pool. Its URL names the address, so nothing resolves a name."""

    def __init__(self, target: Target, address: IPAddress | None) -> None:
        super().__init__()
        self.target = target
        self.by_proxy = address is None
        host = target.host if address is None else address.compressed
        self.url = f"{target.scheme}://{f'[{host}]' if ':' in host else host}:{target.port}/"


class _PinningAdapter(IPFilterAdapter):  # type: ignore[misc] # it comes without types
    def __init__(self, tls_context: ssl.SSLContext, connections_per_host: int) -> None:
        self._tls_context = tls_context
        super().__init__(is_https_proto=False)
        self.init_poolmanager(_MAX_POOLS, connections_per_host)

    def init_poolmanager(self, connections: int, maxsize: int, *args: Any, **pool_kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, *args, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOL_CLASSES

    def close(self) -> None:
        # A cleared manager only forgets its pools; they would close when nothing refers to them any more.
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 (it is no dict, and cannot be iterated)
                pool = manager.pools.get(key)
                if pool is not None:
                    pool.close()
        super().close()

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        manager.pool_classes_by_scheme = _POOL_CLASSES
        return manager

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        request = cast("_PinnedRequest", request)
        # The filter knows no exception for a configured local host, and a proxy's addresses are its own.
        unfiltered = request.target.local or request.by_proxy
        pick = HTTPAdapter if unfiltered else IPFilterAdapter
        host_params, known_kwargs = pick.build_connection_pool_key_attributes(self, request, verify, cert)
        pool_kwargs = cast("dict[str, Any]", known_kwargs)
        if request.target.scheme == "https":
            # OpenSSL itself compares the certificate with this name; assert_hostname would turn that off.
            pool_kwargs["server_hostname"] = request.target.host
            pool_kwargs["ssl_context"] = self._tls_context
        return host_params, pool_kwargs


class Transport:
    """Keeps connections, and sends requests over them. Thread-safe.

    proxy_url: None, or the proxy that resolves names and connects in our place.
    """

    def __init__(
        self, tls_context: ssl.SSLContext, *, connections_per_host: int, proxy_url: str | None = None
    ) -> None:
        self._adapter = _PinningAdapter(tls_context, connections_per_host)
        self._proxies = None if proxy_url is None else {"http": proxy_url, "https": proxy_url}

    @property
    def resolves_names(self) -> bool:
        """Whether names are the proxy's to resolve: get takes no addresses then."""
        return self._proxies is not None

    def get(
        self, target: Target, addresses: Sequence[IPAddress], headers: Mapping[str, str], deadline: Deadline
    ) -> tuple[BaseHTTPResponse, IPAddress | None]:
        """An answer's head, its body unread, and the address that gave it: the first that takes a connection.

        Blocks until the deadline at most; reading the body does so too. The caller closes or drains the
        answer.
        Raises FetchTimedOut, HostUnreachable, ForbiddenAddress, BadUrl.
        """
        *others, last = addresses or (None,)
        with translated(target.host, deadline):
            for position, address in enumerate(others):
                try:
                    # Each gets its share of what is left, so that a dead one leaves time for the next.
                    shares = len(others) + 1 - position
                    return self._send(target, address, headers, deadline, shares), address
                except ConnectTimeoutError:
                    continue
            return self._send(target, last, headers, deadline, shares=1), last

    def close(self) -> None:
        """Close all connections that are not in use; those in use close when their answer has been read."""
        self._adapter.close()

    def _send(
        self,
        target: Target,
        address: IPAddress | None,
        headers: Mapping[str, str],
        deadline: Deadline,
        shares: int,
    ) -> BaseHTTPResponse:
        pool = cast(
            "HTTPConnectionPool",
            self._adapter.get_connection_with_tls_context(
                _PinnedRequest(target, address), verify=True, proxies=self._proxies
            ),
        )
        through_forwarder = self.resolves_names and target.scheme == "http"
        while True:
            remaining_seconds = deadline.remaining_seconds()
            try:
                return pool.urlopen(
                    "GET",
                    target.url if through_forwarder else target.path,
                    headers={"Host": target.authority, **headers},
                    timeout=Timeout(connect=remaining_seconds / shares, total=remaining_seconds),
                    retries=False,
                    redirect=False,
                    assert_same_host=False,
                    preload_content=False,
                    decode_content=False,
                )
            except ProtocolError as error:
                # A fresh connection is never stale, and each turn uses up a kept one: this ends.
                if not isinstance(error.args[-1], StaleConnection):
                    raise
