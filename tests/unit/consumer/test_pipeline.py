from threading import Barrier, Event, Thread

import pytest

from consumer.jobs import job_of_retry
from consumer.metric_definitions import EVENTS, IMAGES
from consumer.pipeline import PipelineLimits
from consumer.steps.fetch import UnexpectedImageFailure
from images.errors import FetchTimedOut, HttpMissing, NotAnImage
from tests.unit.consumer.pipeline_world import world
from vector_store import ImageStatus, StoreMisused, StoreUnavailable
from vector_store.identity import product_uuid

_A, _B, _C = (f"https://shop.example/{name}.jpg" for name in "abc")


def test_an_event_becomes_searchable() -> None:
    """The images of a product are fetched, embedded and written, and its message is dealt with."""
    with world() as w:
        w.offer(w.event("p", _A, _B, name="shirt"))
        w.settle()
        assert w.indexed("p") == [_A, _B]
        assert w.offsets.committable() == {("products", 0): 2}
        assert w.metrics.value(EVENTS, outcome="applied") == 1
        assert w.metrics.value(IMAGES, outcome="embedded") == 2


def test_several_calls_embed_at_the_same_time() -> None:
    """With EMBED_CALLS=2, a second batch is embedded while the first one is."""
    with world(PipelineLimits(embed_batch_images=1, embed_calls=2)) as w:
        w.embedder.together = Barrier(2)
        w.offer(w.event("p", _A, _B))
        w.settle()
        assert w.indexed("p") == [_A, _B]


def test_nothing_is_dealt_with_before_its_write_is_complete() -> None:
    """While the write is under way, the offset cannot be committed."""
    with world() as w:
        seen: list[dict[tuple[str, int], int]] = []
        w.shelf.on_apply = lambda: seen.append(w.offsets.committable())
        w.offer(w.event("p", _A))
        w.settle()
        assert seen == [{("products", 0): 1}]


def test_bad_events_are_put_aside_and_the_others_go_on() -> None:
    """Between two good events, random bytes and an empty value become dead letters with their reasons."""
    with world() as w:
        w.offer(w.event("p", _A), w.message(b"\x00\xff"), w.message(b""), w.event("q", _B))
        w.settle()
        assert w.indexed("p") == [_A]
        assert w.indexed("q") == [_B]
        assert [letter.error_class for letter in w.letters.taken] == ["NotAnEvent", "NotAnEvent"]
        assert [(letter.offset, letter.value) for letter in w.letters.taken] == [(2, b"\x00\xff"), (3, b"")]


def test_an_image_fails_alone() -> None:
    """A good image is indexed at once, a bad one is a dead letter, a late one is pending."""
    with world() as w:
        w.failing.update({_B: NotAnImage("no image", url=_B), _C: FetchTimedOut("too slow", url=_C)})
        w.offer(w.event("p", _A, _B, _C))
        w.settle()
        assert w.indexed("p") == [_A]
        [letter] = w.letters.taken
        assert (letter.error_class, letter.image_url) == ("NotAnImage", _B)
        record = w.index.record("p")
        assert record is not None
        assert [image.status for image in record.images] == [
            ImageStatus.INDEXED,
            ImageStatus.FAILED,
            ImageStatus.PENDING,
        ]
        assert record.retry_at_ms is not None


def test_the_mender_brings_what_was_pending() -> None:
    """A retry of a pending image adds it, and fetches no other image again."""
    with world() as w:
        w.failing[_B] = FetchTimedOut("too slow", url=_B)
        w.offer(w.event("p", _A, _B))
        w.settle()
        w.failing.clear()
        record = w.index.record("p")
        assert record is not None
        assert record.retry_at_ms is not None
        w.pipeline.retry(job_of_retry(record, record.retry_at_ms))
        assert w.pipeline.drain(10, lambda: w.pipeline.products_in_flight() == 0)
        assert w.indexed("p") == [_A, _B]
        assert sorted(w.fetched) == [_A, _B, _B]
        assert w.anew == [_B]


def test_one_retry_of_a_product_at_a_time() -> None:
    """While a retry is under way, another one of the same product is refused."""
    with world() as w:
        w.failing[_A] = FetchTimedOut("too slow", url=_A)
        w.offer(w.event("p", _A))
        w.settle()
        record = w.index.record("p")
        assert record is not None
        w.held[_A] = Event()
        due = job_of_retry(record, record.retry_at_ms or 0)
        assert w.pipeline.retry(due)
        assert not w.pipeline.retry(due)


def test_an_unforeseen_failure_of_an_image_is_its_own() -> None:
    """Whatever an image provokes is put aside as that image's failure."""
    with world() as w:
        w.failing[_A] = UnexpectedImageFailure("Traceback …")
        w.offer(w.event("p", _A, _B))
        w.settle()
        assert w.indexed("p") == [_B]
        assert w.letters.taken[0].error_class == "UnexpectedImageFailure"


def test_a_change_of_price_downloads_nothing() -> None:
    """A later event with the same images reuses their vectors."""
    with world() as w:
        w.offer(w.event("p", _A, _B, price=10))
        w.settle()
        w.offer(w.event("p", _A, _B, price=9, order=2))
        w.settle()
        record = w.index.record("p")
        assert record is not None
        assert record.product is not None
        assert record.product["price"] == 9
        assert sorted(w.fetched) == [_A, _B]
        assert w.embedder.embedded == 2


def test_a_replay_does_nothing() -> None:
    """Events that the index already holds cost a look-up: no download, no write."""
    with world() as w:
        events = [w.event("p", _A), w.event("p", _A, _B, order=2), w.event("q", _B)]
        w.offer(*events)
        w.settle()
        writes: list[str] = []
        w.shelf.on_apply = lambda: writes.append("write")
        w.offer(*events)
        w.settle()
        assert writes == []
        assert len(w.fetched) == 3


def test_refetch_downloads_again() -> None:
    """An event that asks for it has its images fetched although their URLs are known."""
    with world() as w:
        w.offer(w.event("p", _A))
        w.settle()
        w.offer(w.event("p", _A, order=2, refetch=True))
        w.settle()
        assert w.fetched == [_A, _A]
        assert w.anew == [_A]


def test_a_pending_picture_is_downloaded_anew_by_the_next_event_too() -> None:
    """A copy kept from before a refetch that failed must not come back with a change of price."""
    with world() as w:
        w.offer(w.event("p", _A))
        w.settle()
        w.failing[_A] = FetchTimedOut("too slow", url=_A)
        w.offer(w.event("p", _A, order=2, refetch=True))
        w.settle()
        w.failing.clear()
        w.offer(w.event("p", _A, order=3, price=9))
        w.settle()
        assert w.indexed("p") == [_A]
        assert w.anew == [_A, _A]


def test_an_image_that_is_gone_is_waited_for_on_the_day_of_its_event() -> None:
    """A 404 for an event of long ago has failed for good."""
    with world() as w:
        w.failing[_A] = HttpMissing("404", url=_A, status=404)
        w.offer(w.event("p", _A))
        w.settle()
        assert [(letter.error_class, letter.http_status) for letter in w.letters.taken] == [
            ("HttpMissing", 404)
        ]


def test_an_index_that_is_away_is_waited_for() -> None:
    """While the index does not answer nothing is dealt with and nobody is blamed; then all goes on."""
    with world() as w:
        w.shelf.failures = [StoreUnavailable("away")] * 3
        open_while_away: list[int] = []
        w.shelf.on_apply = lambda: open_while_away.append(w.offsets.open_messages())
        w.offer(w.event("p", _A), w.event("q", _B))
        w.settle()
        assert w.indexed("p") == [_A]
        assert w.indexed("q") == [_B]
        assert 0 not in open_while_away
        assert w.letters.taken == []


def test_a_timed_out_write_that_took_effect_is_repeated_without_harm() -> None:
    """A write that was applied although it failed is written again, and changes nothing."""
    with world() as w:
        w.shelf.apply_before_failing = True
        w.shelf.failures = [StoreUnavailable("timed out")]
        w.offer(w.event("p", _A))
        w.settle()
        assert w.indexed("p") == [_A]
        assert w.index.count_images() == 1


def test_dead_letters_are_confirmed_before_the_record_is_written() -> None:
    """While the dead-letter topic refuses, the state that would hide the failure is not written."""
    with world() as w:
        w.failing[_A] = NotAnImage("no image", url=_A)
        w.letters.refusals = 2
        known: list[bool] = []
        w.letters.on_publish = lambda: known.append(w.index.record("p") is not None)
        w.offer(w.event("p", _A))
        w.settle()
        assert known == [False]
        assert len(w.letters.taken) == 1


def test_a_state_whose_values_the_index_refuses_is_put_aside_alone() -> None:
    """One product's impossible payload becomes its dead letter; the rest of the batch is written."""
    with world() as w:
        w.shelf.refused_ids = {product_uuid("q")}
        w.offer(w.event("p"), w.event("q"), w.event("r"))
        w.settle()
        assert (w.indexed("p"), w.indexed("q"), w.indexed("r")) == ([], None, [])
        assert [(letter.error_class, letter.key) for letter in w.letters.taken] == [("InvalidPayload", b"q")]


def test_an_index_that_is_misused_stops_the_pipeline() -> None:
    """A refusal that is no product's fault blames none: it stops, with the message still open."""
    with world() as w:
        w.shelf.failures = [StoreMisused("strict mode")]
        w.offer(w.event("p", _A))
        assert not w.pipeline.drain(10, lambda: w.offsets.open_messages() == 0)
        assert isinstance(w.pipeline.failure, StoreMisused)
        assert w.letters.taken == []


def test_the_unforeseen_stops_the_pipeline_uncommitted() -> None:
    """A failure that nobody foresaw ends the pipeline with its message still open."""
    with world() as w:
        w.shelf.failures = [ZeroDivisionError("a bug")]
        w.offer(w.event("p", _A))
        assert not w.pipeline.drain(10, lambda: w.offsets.open_messages() == 0)
        assert isinstance(w.pipeline.failure, ZeroDivisionError)
        assert w.offsets.committable() == {("products", 0): 1}


def test_a_slow_image_delays_its_own_product_only() -> None:
    """With one product stuck on a slow host, later products are written; only the commit waits."""
    with world() as w:
        slow = "https://slow.example/a.jpg"
        w.held[slow] = Event()
        w.offer(w.event("p", slow), w.event("q", _B), w.event("r", _C))
        assert w.pipeline.drain(10, lambda: w.offsets.open_messages() == 1 or _written(w, "q", "r"))
        assert w.indexed("p") is None
        assert w.offsets.committable() == {("products", 0): 1}
        w.held[slow].set()
        w.settle()
        assert w.offsets.committable() == {("products", 0): 4}


def _written(w: object, *product_ids: str) -> bool:
    return all(w.index.record(each) is not None for each in product_ids)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "limits",
    [PipelineLimits(message_batches_waiting=1), PipelineLimits(max_message_bytes_in_flight=10)],
    ids=["batches", "bytes"],
)
def test_there_is_no_room_beyond_the_bounds(limits: PipelineLimits) -> None:
    """With too much unfinished, the pipeline asks for no more; once it is done it does again."""
    with world(limits) as w:
        w.held[_A] = Event()
        one_product_at_a_time = w.event("p", _A)
        w.offer(one_product_at_a_time)
        if limits.max_message_bytes_in_flight == 10:
            assert not w.pipeline.has_room()
        told: list[bool] = []
        waiting = Thread(target=lambda: told.append(w.pipeline.wait_for_room(600)))
        waiting.start()
        w.held[_A].set()
        waiting.join(30)
        assert told == [True], "nobody was told that there is room"
        w.settle()
        assert w.pipeline.has_room()
