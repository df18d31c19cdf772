from threading import Event, Thread

import pytest

from consumer.stoppable_queue import StoppableQueue, Stopped


def test_items_leave_in_the_order_they_came() -> None:
    """First in, first out, as many as asked for or as there are."""
    queue = StoppableQueue[int](5)
    for item in (1, 2, 3):
        queue.put(item)
    assert queue.take(2) == [1, 2]
    assert queue.take(2) == [3]
    assert len(queue) == 0


def test_a_full_queue_makes_the_putter_wait() -> None:
    """A put beyond the bound returns only once something was taken."""
    queue = StoppableQueue[int](1)
    queue.put(1)
    done = Event()

    def put() -> None:
        queue.put(2)
        done.set()

    thread = Thread(target=put)
    thread.start()
    assert not done.wait(0.05)
    assert queue.take() == [1]
    assert done.wait(5)
    thread.join()


@pytest.mark.parametrize("fill", [0, 1])
def test_stopping_ends_all_waiting(fill: int) -> None:
    """A taker of an empty queue and a putter on a full one leave with Stopped."""
    queue = StoppableQueue[int](1)
    for item in range(fill):
        queue.put(item)
    left = Event()

    def wait() -> None:
        call = (lambda: queue.put(9)) if fill else queue.take
        with pytest.raises(Stopped):
            call()
        left.set()

    thread = Thread(target=wait)
    thread.start()
    queue.stop()
    assert left.wait(5)
    thread.join()
    with pytest.raises(Stopped):
        queue.put(1)
