from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Event

from consumer.fetch_pool import FetchPool

_SLOW, _GOOD = "https://slow.example/a.jpg", "https://good.example/a.jpg"


class Fetches:
    """What a pool did: tasks of `slow` hang until `release`; everything else succeeds at once."""

    def __init__(self) -> None:
        self.release = Event()
        self.changed = Condition()
        self.done: list[str] = []
        self.given_up: list[str] = []
        self.running = 0
        self.most_running = 0
        self.now = 0.0
        self.answers: set[str] = set()

    def fetch(self, task: str) -> bool:
        with self.changed:
            self.running += 1
            self.most_running = max(self.most_running, self.running)
            self.changed.notify_all()
        if task.startswith("slow"):
            self.release.wait(10)
        with self.changed:
            self.running -= 1
            self.done.append(task)
            self.changed.notify_all()
        return not task.startswith("slow") or task in self.answers

    def give_up(self, task: str) -> None:
        with self.changed:
            self.given_up.append(task)
            self.changed.notify_all()

    def wait_for_running(self, tasks: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.running == tasks, 10)

    def wait_for(self, tasks: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.done) + len(self.given_up) >= tasks, 10)


@contextmanager
def pool(fetches: Fetches, *, threads: int = 4, per_host: int = 2) -> Iterator[FetchPool[str]]:
    made = FetchPool[str](
        threads=threads,
        per_host=per_host,
        patience_seconds=10,
        fetch=fetches.fetch,
        give_up=fetches.give_up,
        clock=lambda: fetches.now,
    )
    made.start()
    try:
        yield made
    finally:
        fetches.release.set()
        made.stop(10)


def test_a_hanging_host_holds_up_only_its_own() -> None:
    """With every slot of one host stuck and more waiting, another host's images go through."""
    fetches = Fetches()
    with pool(fetches) as made:
        for n in range(20):
            made.submit(_SLOW, f"slow {n}")
        for n in range(20):
            made.submit(_GOOD, f"good {n}")
        fetches.wait_for(20)
        assert fetches.done == [f"good {n}" for n in range(20)]
        assert made.waiting() == 18


def test_a_host_gets_no_more_than_its_share() -> None:
    """Never more than `per_host` tasks of a host run at the same time."""
    fetches = Fetches()
    fetches.release.set()
    with pool(fetches, threads=8, per_host=3) as made:
        for n in range(50):
            made.submit(_SLOW, f"slow {n}")
        fetches.wait_for(50)
    assert fetches.most_running <= 3


def test_tasks_of_a_silent_host_are_given_up() -> None:
    """What waited too long for a host that answered nobody meanwhile is given up, untried."""
    fetches = Fetches()
    with pool(fetches, per_host=1) as made:
        for n in range(3):
            made.submit(_SLOW, f"slow {n}")
        fetches.wait_for_running(1)
        fetches.now = 11.0
        fetches.release.set()
        fetches.wait_for(3)
    assert fetches.done == ["slow 0"]
    assert fetches.given_up == ["slow 1", "slow 2"]


def test_a_host_that_answers_is_waited_for() -> None:
    """However long a task waited, it is tried if its host has answered somebody in that time."""
    fetches = Fetches()
    with pool(fetches, per_host=1) as made:
        made.submit(_GOOD, "slow at first")
        fetches.wait_for_running(1)
        made.submit(_GOOD, "good 1")
        made.submit(_GOOD, "good 2")
        fetches.now = 9.0
        fetches.answers.add("slow at first")
        fetches.release.set()
        fetches.wait_for(1)
        fetches.now = 18.0
        fetches.wait_for(3)
    assert fetches.given_up == []


def test_a_url_without_a_host_is_tried_like_any_other() -> None:
    """A malformed URL is the fetcher's to refuse, not the pool's to choke on."""
    fetches = Fetches()
    with pool(fetches) as made:
        made.submit("http://[bad", "good")
        fetches.wait_for(1)
    assert fetches.done == ["good"]


def test_stopping_drops_what_waits() -> None:
    """After a stop no further task begins."""
    fetches = Fetches()
    with pool(fetches, threads=1, per_host=1) as made:
        made.submit(_SLOW, "slow")
        made.submit(_SLOW, "slow too")
        fetches.release.set()
        made.stop(10)
    assert len(fetches.done) <= 2
