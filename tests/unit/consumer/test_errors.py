from collections.abc import Iterator

import pytest

from consumer.errors import NEXT, ConsumerError, Next, StartRefused, what_happens_next
from images.errors import ImageError
from model.errors import ModelError
from product_events import EventError
from vector_store import StoreError

_ROOTS = (EventError, ImageError, ModelError, StoreError, ConsumerError)


def leaves(root: type[Exception]) -> Iterator[type[Exception]]:
    branches = root.__subclasses__()
    if not branches:
        yield root
    for branch in branches:
        yield from leaves(branch)


@pytest.mark.parametrize("leaf", [leaf for root in _ROOTS for leaf in leaves(root)])
def test_every_error_has_an_entry(leaf: type[Exception]) -> None:
    """No class of any tree is left to the default."""
    assert any(kind in NEXT for kind in leaf.__mro__), f"{leaf.__name__} is not in consumer.errors.NEXT"


def test_a_root_is_no_answer() -> None:
    """A root has no entry, so that a new branch cannot hide behind it."""
    assert not set(NEXT) & {ImageError, ModelError, StoreError, ConsumerError}


def test_the_nearest_class_decides() -> None:
    """An error without an entry of its own takes that of its closest ancestor."""

    class Odd(StartRefused):
        pass

    assert what_happens_next(Odd("x")) is Next.STOP


def test_the_unforeseen_stops() -> None:
    """What nobody foresaw stops the consumer, uncommitted."""
    assert what_happens_next(ZeroDivisionError()) is Next.STOP
