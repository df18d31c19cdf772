"""Of the images that a state needs, those whose vectors are known elsewhere are not downloaded."""

from collections.abc import Mapping, Sequence

import numpy as np

from consumer.known_vectors import WantedVectors
from consumer.metric_definitions import IMAGES
from images.errors import FetchTimedOut
from tests.unit.consumer.pipeline_world import DIMENSION, world
from vector_store import Stamp
from vector_store.identity import image_point_uuid
from vector_store.points import Vector

_A, _B, _C = (f"https://shop.example/{name}.jpg" for name in "abc")
_KNOWN: Vector = np.eye(DIMENSION, dtype=np.float32)[0]


class Elsewhere:
    """A source that knows these images, and remembers what it was asked."""

    def __init__(self, *known: str) -> None:
        self.known = known
        self.asked: list[WantedVectors] = []

    def find(self, wanted: Sequence[WantedVectors]) -> Mapping[str, Mapping[str, Vector]]:
        self.asked += wanted
        return {w.product_id: {key: _KNOWN for key in w.image_keys if key in self.known} for w in wanted}


def test_what_is_known_elsewhere_is_not_downloaded() -> None:
    """Its vector is written as it is there; the others are fetched; the metric calls it reused."""
    elsewhere = Elsewhere(_A)
    with world(elsewhere=elsewhere) as w:
        w.offer(w.event("p", _A, _B))
        w.settle()
        assert w.fetched == [_B]
        assert w.indexed("p") == [_A, _B]
        point = w.shelf.points[image_point_uuid("p", _A)]
        assert point.vector is not None
        assert np.array_equal(point.vector, _KNOWN)
        assert (w.metrics.value(IMAGES, outcome="reused"), w.embedder.embedded) == (1, 1)
        assert [(each.product_id, each.image_keys) for each in elsewhere.asked] == [("p", (_A, _B))]
        record = w.index.record("p")
        assert record is not None
        assert elsewhere.asked[0].stamp == record.stamp == Stamp(record.stamp.revision, record.stamp.tie)


def test_nobody_is_asked_for_what_the_index_has() -> None:
    """A change of price asks for nothing; a new image is asked for alone."""
    elsewhere = Elsewhere()
    with world(elsewhere=elsewhere) as w:
        w.offer(w.event("p", _A, order=1))
        w.settle()
        elsewhere.asked.clear()
        w.offer(w.event("p", _A, order=2, price=3.5))
        w.settle()
        assert elsewhere.asked == []
        w.offer(w.event("p", _A, _C, order=3))
        w.settle()
        assert [each.image_keys for each in elsewhere.asked] == [(_C,)]


def test_a_vector_that_the_index_lost_is_asked_for() -> None:
    """A listed image without its point is the same as one that was never there."""
    elsewhere = Elsewhere(_A)
    with world(elsewhere=elsewhere) as w:
        w.failing[_A] = FetchTimedOut("too slow", url=_A)
        w.offer(w.event("p", _A, order=1))
        w.settle()
        assert w.fetched == []
        del w.shelf._points[image_point_uuid("p", _A)]
        w.offer(w.event("p", _A, order=2))
        w.settle()
        assert w.fetched == []
        assert w.indexed("p") == [_A]


def test_what_is_to_be_downloaded_anew_is_known_nowhere() -> None:
    """Neither with `refetch`, nor for a picture that is pending: it may be one that was to be anew."""
    elsewhere = Elsewhere(_A, _B)
    with world(elsewhere=elsewhere) as w:
        w.failing[_A] = FetchTimedOut("too slow", url=_A)
        w.offer(w.event("p", _A, order=1, refetch=True))
        w.settle()
        w.offer(w.event("p", _A, _B, order=2))
        w.settle()
        assert w.fetched == [_A, _A]
        assert [each.image_keys for each in elsewhere.asked] == [(_B,)]
