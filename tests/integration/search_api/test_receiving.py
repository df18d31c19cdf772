"""A request has a time to arrive in, and all bodies together have a bound."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from search_api.app import create_app
from search_api.server import HttpServer, ServerLimits, serve
from tests.contract.memory_store import MemoryStore
from tests.integration.search_api.raw_connections import connected, everything_from, post_head, status_in
from tests.services.eventually import eventually
from tests.unit.search_api.shop import RED, SHOP, picture, promoted_index, shop_parts, shop_settings

Serve = Callable[[ServerLimits], HttpServer]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serve]:
    """Servers of the API over the sample shop."""
    store = MemoryStore()
    promoted_index(store).write(SHOP)
    app = create_app(shop_parts(store), shop_settings(tmp_path))
    with ExitStack() as stack:

        def start(limits: ServerLimits) -> HttpServer:
            server = serve(app, "127.0.0.1", 0, limits)
            stack.callback(server.stop)
            server.start()
            return server

        yield start


def searched(server: HttpServer) -> int:
    """The status of a search by a small photo."""
    photo = picture(RED)
    with connected(server.port) as connection:
        connection.sendall(post_head(len(photo)) + photo)
        return status_in(everything_from(connection))


@pytest.mark.parametrize(
    "sent",
    [b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", post_head(1_000) + b"x"],
    ids=["first line", "head", "body"],
)
def test_what_does_not_arrive_in_time_is_given_up(serving: Serve, sent: bytes) -> None:
    """A 408 in the usual shape, however often a byte comes; others are served meanwhile."""
    server = serving(ServerLimits(receive_seconds=0.2, drain_seconds=1))
    with connected(server.port) as slow:
        slow.sendall(sent)
        assert searched(server) == 200
        answer = everything_from(slow)
    assert status_in(answer) == 408
    assert b"application/problem+json" in answer
    assert b"/problems/request-timeout" in answer


def test_a_connection_that_rests_between_requests_is_not_late(serving: Serve) -> None:
    """The time runs from a request's first byte; a browser keeps connections for longer."""
    server = serving(ServerLimits(receive_seconds=0.2, drain_seconds=1))
    with connected(server.port) as resting, connected(server.port) as slow:
        slow.sendall(b"GET")
        assert status_in(everything_from(slow)) == 408
        resting.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert status_in(everything_from(resting)) == 200


def test_all_bodies_together_have_a_bound(serving: Serve) -> None:
    """Beyond it an upload is a 503 that says when to try again; small requests pass, and room comes back."""
    server = serving(ServerLimits(max_bodies_bytes=300_000, drain_seconds=1))
    with connected(server.port) as first:
        first.sendall(post_head(1_000_000) + bytes(250_000))
        # What was sent is taken in the order in which it came.
        assert searched(server) == 200

        def refused() -> bool:
            with connected(server.port) as second:
                second.sendall(post_head(150_000) + bytes(150_000))
                answer = everything_from(second)
            return status_in(answer) == 503 and b"/problems/too-many-uploads" in answer

        assert eventually(refused, 10)
        with connected(server.port) as second:
            second.sendall(post_head(150_000) + bytes(150_000))
            assert b"Retry-After: 1\r\n" in everything_from(second)
        assert searched(server) == 200

    def taken() -> bool:
        with connected(server.port) as second:
            second.sendall(post_head(150_000) + bytes(150_000))
            return status_in(everything_from(second)) == 422

    assert eventually(taken, 10)
