"""A few work, a few wait in order, and whoever comes beyond that is told so at once."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

import pytest

from search_api.errors import LineFull, WaitedTooLong
from search_api.photos.waiting_line import WaitingLine

LONG_SECONDS = 30.0


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


class Watched:
    """A line with one place, whose every change of length can be waited for."""

    def __init__(self, length: int, wait_seconds: float = LONG_SECONDS) -> None:
        self.lengths: SimpleQueue[int] = SimpleQueue()
        self.order: list[str] = []
        self.line = WaitingLine(1, length=length, wait_seconds=wait_seconds, on_length=self.lengths.put)

    def pass_through(self, name: str) -> None:
        with self.line.turn():
            self.order.append(name)

    def joined_by(self, threads: ThreadPoolExecutor, name: str, expected: int) -> Future[None]:
        """Someone who stands in the line when this returns."""
        passing = threads.submit(self.pass_through, name)
        assert self.lengths.get(timeout=LONG_SECONDS) == expected
        return passing


def test_whoever_came_first_goes_first(threads: ThreadPoolExecutor) -> None:
    """A place that becomes free goes to the head of the line, and to nobody who comes later."""
    watched = Watched(length=3)
    with watched.line.turn():
        passing = [watched.joined_by(threads, name, n) for n, name in enumerate("abc", start=1)]
    for each in passing:
        each.result(LONG_SECONDS)
    assert watched.order == ["a", "b", "c"]
    assert [watched.lengths.get(timeout=LONG_SECONDS) for _ in range(3)] == [2, 1, 0]


def test_beyond_the_line_one_is_refused_at_once(threads: ThreadPoolExecutor) -> None:
    """Nobody piles up, and a refusal costs those in the line nothing."""
    watched = Watched(length=1)
    with watched.line.turn():
        passing = watched.joined_by(threads, "a", 1)
        with pytest.raises(LineFull):
            watched.pass_through("b")
    passing.result(LONG_SECONDS)
    watched.pass_through("c")
    assert watched.order == ["a", "c"]


def test_a_wait_ends(threads: ThreadPoolExecutor) -> None:
    """Who waits too long leaves the line, and those behind keep their order."""
    watched = Watched(length=2, wait_seconds=0.01)
    with watched.line.turn(), pytest.raises(WaitedTooLong):
        watched.pass_through("a")
    assert [watched.lengths.get(timeout=LONG_SECONDS) for _ in range(2)] == [1, 0]
    watched.pass_through("b")
    assert watched.order == ["b"]


def test_there_are_as_many_places_as_said() -> None:
    """Two work at the same time, a third has to wait."""
    line = WaitingLine(2, length=0, wait_seconds=1)
    with ExitStack() as turns:
        for _ in range(2):
            turns.enter_context(line.turn())
        with pytest.raises(LineFull):
            turns.enter_context(line.turn())
    with line.turn():
        pass


def test_a_failure_gives_its_place_back() -> None:
    """Whatever happens in the block, the next one is served."""
    line = WaitingLine(1, length=0, wait_seconds=1)
    for _ in range(3):
        with pytest.raises(RuntimeError), line.turn():
            raise RuntimeError
    with line.turn():
        pass
