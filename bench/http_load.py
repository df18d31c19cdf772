"""Clients that ask a service over HTTP, each on a connection of its own, and how long each answer took."""

import http.client
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import quantiles
from threading import Barrier, Lock, Thread
from time import perf_counter

from bench.errors import WrongOutcome

_ANSWER_SECONDS = 60.0
_OK = 200


@dataclass(frozen=True, slots=True)
class Call:
    """A request; kind: what it counts as."""

    kind: str
    method: str
    path: str
    body: bytes | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a number of calls. seconds: of each answer, by kind; took_seconds: all, by the clock."""

    seconds: dict[str, list[float]]
    took_seconds: float

    def percentile(self, kind: str, percent: int) -> float:
        """So many of a hundred answers of this kind took no longer, s."""
        taken = self.seconds[kind]
        return quantiles(taken, n=100, method="inclusive")[percent - 1] if len(taken) > 1 else taken[0]

    @property
    def calls_per_second(self) -> float:
        """Of all kinds together."""
        return sum(len(each) for each in self.seconds.values()) / self.took_seconds


def run_load(port: int, calls: Iterable[Call], *, clients: int) -> Load:
    """Have the clients make the calls, each the next one that nobody has made yet. Blocks until all are made.

    Raises WrongOutcome where an answer is none of success.
    """
    shared = _Shared(calls)
    start = Barrier(clients + 1)
    threads = [Thread(target=_client, args=(port, shared, start)) for _ in range(clients)]
    for each in threads:
        each.start()
    start.wait()
    began = perf_counter()
    for each in threads:
        each.join()
    took_seconds = perf_counter() - began
    if shared.failures:
        made = sum(len(each) for each in shared.seconds.values())
        raise WrongOutcome(f"{len(shared.failures)} of {made} calls failed: {shared.failures[0]}")
    return Load(shared.seconds, took_seconds)


class _Shared:
    """What the clients have in common."""

    def __init__(self, calls: Iterable[Call]) -> None:
        self._lock = Lock()
        self._calls: Iterator[Call] = iter(calls)
        self.seconds: dict[str, list[float]] = {}
        self.failures: list[str] = []

    def next(self) -> Call | None:
        with self._lock:
            return next(self._calls, None)

    def taken(self, call: Call, seconds: float, failure: str | None) -> None:
        with self._lock:
            self.seconds.setdefault(call.kind, []).append(seconds)
            if failure is not None:
                self.failures.append(f"{call.kind}: {failure}")


def _client(port: int, shared: _Shared, start: Barrier) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)
    connection.connect()
    start.wait()
    while (call := shared.next()) is not None:
        began = perf_counter()
        failure: str | None = None
        try:
            headers = {} if call.content_type is None else {"Content-Type": call.content_type}
            connection.request(call.method, call.path, call.body, headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != _OK:
                failure = f"{answer.status} {said[:200]!r}"
        except (OSError, http.client.HTTPException) as error:
            failure = repr(error)
            connection.close()
        shared.taken(call, perf_counter() - began, failure)
    connection.close()
