import gc
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psutil
import pytest

from images import FetchTimedOut, HostBusy, HostUnreachable, ImageFetcher, UnavailableImage
from tests.integration.images.scripted_host import Script, ScriptedHost, Visitor, response

FetcherOf = Callable[..., ImageFetcher]

_DEADLINE_SECONDS = 0.5
# What a loaded machine may add before a thread runs again. Far less than what the scripts would take.
_SLACK_SECONDS = 5


@contextmanager
def within_the_deadline() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < _DEADLINE_SECONDS + _SLACK_SECONDS


def drip(content: bytes) -> Script:
    """One byte every 50 ms: each arrives long before a read would time out."""

    def script(visitor: Visitor) -> bool:
        for byte in content:
            if not visitor.pause(0.05):
                break
            visitor.send(bytes((byte,)))
        return False

    return script


def hang(visitor: Visitor) -> bool:
    visitor.pause(60)
    return False


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(hang, id="no answer"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 99), id="head"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000), id="one header"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b"x" * 500), id="body"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 500), id="body until closed"),
        pytest.param(
            drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 500), id="chunks"
        ),
        pytest.param(
            drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"x" * 500), id="chunk size"
        ),
        pytest.param(drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 99), id="continue without end"),
        pytest.param(drip(b"HTTP/1.1 404 No\r\nContent-Length: 999999\r\nX: " + b"x" * 999), id="missing"),
    ],
)
def test_a_dripping_host_does_not_outlive_the_deadline(
    host: ScriptedHost, fetcher_of: FetcherOf, script: Script
) -> None:
    """However an answer is dragged out, the fetch ends at its deadline."""
    host.scripts["/photo"] = script
    with within_the_deadline(), pytest.raises(FetchTimedOut):
        fetcher_of(deadline_seconds=_DEADLINE_SECONDS).fetch(host.url("/photo"))


def test_the_body_of_an_error_delays_nothing(host: ScriptedHost, fetcher_of: FetcherOf) -> None:
    """A page that never comes is not waited for: its status was all that was wanted."""
    host.scripts["/photo"] = response(b"x", 503, length=100)
    with within_the_deadline(), pytest.raises(UnavailableImage) as caught:
        fetcher_of(deadline_seconds=30).fetch(host.url("/photo"))
    assert caught.value.status == 503


def test_redirects_share_the_deadline(host: ScriptedHost, fetcher_of: FetcherOf) -> None:
    """A chain of slow redirects ends at the one deadline."""

    def slow(visitor: Visitor) -> bool:
        visitor.pause(0.45)
        return response(status=302, Location="/moved")(visitor)

    host.scripts["/moved"] = slow
    with within_the_deadline(), pytest.raises(FetchTimedOut):
        fetcher_of(deadline_seconds=_DEADLINE_SECONDS, max_redirects=20).fetch(host.url("/moved"))


def test_a_name_that_is_not_resolved_in_time(fetcher_of: FetcherOf) -> None:
    """A look-up that hangs is left behind, and is not started again while it runs."""
    release = threading.Event()
    looked_up: list[str] = []

    def lookup(name: str, port: int, **_: object) -> list[tuple[object, ...]]:
        looked_up.append(name)
        release.wait(20)
        raise OSError("too late")

    fetcher = fetcher_of(
        lookup=lookup, allowed_hosts="images.test", deadline_seconds=_DEADLINE_SECONDS, host_timeouts=99
    )
    try:
        for _ in range(2):
            with within_the_deadline(), pytest.raises(FetchTimedOut):
                fetcher.fetch("https://images.test/photo")
        assert looked_up == ["images.test"]
    finally:
        release.set()


def test_a_slow_host_holds_up_nobody_else(
    host: ScriptedHost, other_host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """While one host hangs with all its slots taken, another one's images come at once."""
    host.scripts["/photo"] = hang
    other_host.scripts["/photo"] = response(photo)
    fetcher = fetcher_of(deadline_seconds=60, fetches_per_host=2)
    with ThreadPoolExecutor(4) as pool:
        slow = [pool.submit(fetcher.fetch, host.url("/photo")) for _ in range(4)]
        started = time.monotonic()
        for _ in range(20):
            assert fetcher.fetch(other_host.url("/photo")) == photo
        assert time.monotonic() - started < 20
        assert not any(fetch.done() for fetch in slow)
        # Ends the hanging answers, so that nothing waits for the deadline.
        host.__exit__(None, None, None)


def test_a_host_has_so_many_slots_and_no_more(
    host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """Sixteen threads ask one host for no more than three images at a time, and all get theirs."""

    def slow(visitor: Visitor) -> bool:
        visitor.pause(0.02)
        return response(photo)(visitor)

    host.scripts["/photo"] = slow
    fetcher = fetcher_of(deadline_seconds=30, fetches_per_host=3)
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(fetcher.fetch, [host.url("/photo")] * 48)) == {photo}
    assert host.most_at_once == 3
    assert host.connections == 3


def test_waiting_for_a_slot_counts(host: ScriptedHost, fetcher_of: FetcherOf) -> None:
    """Who gets no slot in time was not tried, says so, and did not wait longer than the deadline."""
    entered = threading.Event()

    def hold(visitor: Visitor) -> bool:
        entered.set()
        return hang(visitor)

    host.scripts["/photo"] = hold
    fetcher = fetcher_of(deadline_seconds=2 * _DEADLINE_SECONDS, fetches_per_host=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(fetcher.fetch, host.url("/photo"))
        assert entered.wait(10)
        with within_the_deadline(), pytest.raises(HostBusy):
            fetcher.fetch(host.url("/photo"))
        with pytest.raises(FetchTimedOut):
            first.result()
    assert host.times_asked("/photo") == 1


def test_a_host_that_keeps_timing_out_is_left_alone_for_a_while(
    host: ScriptedHost, other_host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """After three time-outs its images are turned away untried, for a while; then one tries again."""
    host.scripts["/photo"] = hang
    other_host.scripts["/photo"] = response(photo)
    ahead_seconds = 0.0
    fetcher = fetcher_of(
        deadline_seconds=1,
        host_timeouts=3,
        host_pause_seconds=600,
        clocks={"monotonic": lambda: time.monotonic() + ahead_seconds},
    )
    for _ in range(3):
        with pytest.raises(FetchTimedOut):
            fetcher.fetch(host.url("/photo"))
    with pytest.raises(HostBusy) as caught:
        fetcher.fetch(host.url("/photo"))
    assert host.times_asked("/photo") == 3
    assert 500 < (caught.value.retry_after_seconds or 0) <= 600
    assert fetcher.fetch(other_host.url("/photo")) == photo

    ahead_seconds = 601.0
    with pytest.raises(FetchTimedOut):
        fetcher.fetch(host.url("/photo"))
    with pytest.raises(HostBusy):
        fetcher.fetch(host.url("/photo"))
    host.scripts["/photo"] = response(photo)
    ahead_seconds = 1_202.0
    assert fetcher.fetch(host.url("/photo")) == photo
    assert fetcher.fetch(host.url("/photo")) == photo


def test_closing_leaves_no_thread_and_no_socket(
    host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """After close, what good, bad and late answers opened is gone, and a later fetch is turned away."""
    host.scripts |= {
        "/photo": response(photo),
        "/cut": response(b"x", length=9, keep=False),
        "/late": hang,
        "/large": response(b"x" * 100_000),
    }
    threads = {thread.name for thread in threading.enumerate()}
    fetcher = fetcher_of(deadline_seconds=_DEADLINE_SECONDS, max_bytes=50_000)
    for path in ("/photo", "/cut", "/late", "/large", "/photo", "/nothing"):
        with ThreadPoolExecutor(2) as pool:
            for fetch in [pool.submit(fetcher.fetch, host.url(path)) for _ in range(2)]:
                assert fetch.exception() is None or isinstance(fetch.exception(), Exception)
    fetcher.close()
    with pytest.raises(HostBusy):
        fetcher.fetch(host.url("/photo"))
    gc.collect()
    assert {thread.name for thread in threading.enumerate()} - threads <= {"scripted-host"}
    ours = [
        connection
        for connection in psutil.Process().net_connections("tcp")
        if connection.raddr[1:] == (host.port,)
    ]
    assert ours == []


def test_closing_turns_away_who_waits(host: ScriptedHost, fetcher_of: FetcherOf) -> None:
    """A fetch that waits for a slot does not hold up a stop."""
    entered = threading.Event()

    def hold(visitor: Visitor) -> bool:
        entered.set()
        return hang(visitor)

    host.scripts["/photo"] = hold
    fetcher = fetcher_of(deadline_seconds=30, fetches_per_host=1)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(fetcher.fetch, host.url("/photo"))
        assert entered.wait(10)
        second = pool.submit(fetcher.fetch, host.url("/photo"))
        started = time.monotonic()
        fetcher.close()
        with pytest.raises(HostBusy):
            second.result()
        assert time.monotonic() - started < 10
        host.__exit__(None, None, None)
        with pytest.raises(HostUnreachable):
            first.result()
