"""From a host's name to the addresses that may be connected to: looked up, checked, remembered."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from ipaddress import ip_address
from itertools import chain, zip_longest
from typing import Any

from cachetools import TTLCache

from images.addresses import IPAddress
from images.deadline import Deadline
from images.errors import FetchTimedOut, ForbiddenAddress, HostUnreachable
from images.url_policy import Target

_MAX_HOSTS = 4_096
# Any more are not worth the time that trying them would take from the others.
_MAX_ADDRESSES = 4

# socket.getaddrinfo, or a test's stand-in: name, port, type=…; rows that end in a socket address.
Lookup = Callable[..., Sequence[tuple[Any, ...]]]
_Addresses = tuple[IPAddress, ...]


class Resolver:
    """Looks names up in threads of their own, since the system's resolver cannot be given a deadline.

    A name that is being looked up is not looked up a second time; a thread ends with its look-up, which the
    system's own time-outs bound. Thread-safe.
    """

    def __init__(
        self,
        *,
        remember_seconds: float = 60,
        lookup: Lookup = socket.getaddrinfo,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lookup = lookup
        self._lock = threading.Lock()
        self._known: TTLCache[tuple[str, int], _Addresses] = TTLCache(_MAX_HOSTS, remember_seconds, monotonic)
        self._running: dict[tuple[str, int], Future[_Addresses]] = {}

    def resolve(self, target: Target, deadline: Deadline) -> _Addresses:
        """A host's addresses, best first, every one of them checked. Blocks until the deadline at most.

        Raises ForbiddenAddress if any single one may not be connected to, HostUnreachable, FetchTimedOut.
        """
        if target.address is not None:
            return (target.address,)
        name = (target.host, target.port)
        with self._lock:
            addresses = self._known.get(name)
            if addresses is None:
                answer = self._running.get(name) or self._start(name)
        if addresses is None:
            try:
                addresses = answer.result(deadline.remaining_seconds())
            except FutureTimeoutError:
                raise FetchTimedOut(f"{target.host} was not resolved within the deadline") from None
            except (OSError, UnicodeError, ValueError) as error:
                raise HostUnreachable(f"{target.host} does not resolve: {error}") from error
        if not addresses:
            raise HostUnreachable(f"{target.host} has no address")
        if not all(target.allows(address) for address in addresses):
            raise ForbiddenAddress(f"{target.host} resolves to an address that is not public")
        return addresses[:_MAX_ADDRESSES]

    def prefer(self, target: Target, address: IPAddress) -> None:
        """Put an address that answered before a host's others, so that its connections are used again."""
        name = (target.host, target.port)
        with self._lock:
            known = self._known.get(name)
            # Without a change nothing is written: writing would prolong what is remembered.
            if known and known[0] != address and address in known:
                self._known[name] = (address, *(other for other in known if other != address))

    def forget(self, target: Target) -> None:
        """Look a host up anew the next time: none of its addresses answered."""
        with self._lock:
            self._known.pop((target.host, target.port), None)

    def _start(self, name: tuple[str, int]) -> Future[_Addresses]:
        answer: Future[_Addresses] = Future()
        thread = threading.Thread(target=self._look_up, args=(name, answer), name="image-dns", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise HostUnreachable(f"{name[0]} is not resolved: {error}") from error
        # The thread has to wait for the lock, which is held here, before it removes this.
        self._running[name] = answer
        return answer

    def _look_up(self, name: tuple[str, int], answer: Future[_Addresses]) -> None:
        addresses: _Addresses = ()
        failure: Exception | None = None
        try:
            addresses = _in_order(self._lookup(*name, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError, ValueError) as error:
            failure = error
        with self._lock:
            del self._running[name]
            if addresses:
                self._known[name] = addresses
        if failure is None:
            answer.set_result(addresses)
        else:
            answer.set_exception(failure)


def _in_order(rows: Sequence[tuple[Any, ...]]) -> _Addresses:
    """Distinct addresses, the families in turn: a broken IPv6 must not take all the time (RFC 8305 §4)."""
    addresses = list(dict.fromkeys(ip_address(row[4][0]) for row in rows))
    if not addresses:
        return ()
    first = [address for address in addresses if address.version == addresses[0].version]
    second = [address for address in addresses if address.version != addresses[0].version]
    in_turn = chain.from_iterable(zip_longest(first, second))
    return tuple(address for address in in_turn if address is not None)
