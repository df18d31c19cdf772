from threading import Event

from consumer.refetches import Refetches
from tests.unit.consumer.pipeline_world import world

_A = "https://shop.example/a.jpg"


def test_a_product_is_under_way_until_its_last_job_is_written() -> None:
    """Of two jobs of a product the first one's end is not the end."""
    refetches = Refetches()
    for product_id in ("p", "p", "q"):
        refetches.begin(product_id)
    refetches.end("p")
    assert refetches.under_way() == {"p", "q"}
    refetches.end("p")
    assert refetches.under_way() == {"q"}


def test_a_later_event_does_not_bring_the_old_picture_back() -> None:
    """While a picture is downloaded anew, a change of price downloads it too: the stored one is old."""
    with world() as w:
        w.offer(w.event("p", _A))
        w.settle()
        w.held[_A] = Event()
        w.offer(w.event("p", _A, order=2, refetch=True))
        assert w.pipeline.drain(10, lambda: len(w.fetched) == 2)
        w.offer(w.event("p", _A, order=3, price=5))
        assert w.pipeline.drain(10, lambda: len(w.fetched) == 3 or w.offsets.open_messages() == 1)
        w.held[_A].set()
        w.settle()
        assert w.fetched == [_A, _A, _A]


def test_once_it_is_written_the_new_picture_serves_again() -> None:
    """After the download anew is done, a change of price downloads nothing."""
    with world() as w:
        w.offer(w.event("p", _A, refetch=True))
        w.settle()
        w.offer(w.event("p", _A, order=2, price=5))
        w.settle()
        assert w.fetched == [_A]
