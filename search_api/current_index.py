"""The generation that shoppers see, resolved once for each request."""

from collections.abc import Callable
from typing import TypeVar

from search_api.errors import NoGeneration
from vector_store import GenerationMissing, ProductIndex, VectorStore

T = TypeVar("T")


def current_index(store: VectorStore) -> ProductIndex:
    """The generation that the alias names now. Blocks; raises NoGeneration, StoreError."""
    name = store.promoted()
    if name is None:
        raise NoGeneration(
            "there is no index yet: the consumer makes one when it starts, and fills it from events"
        )
    return ProductIndex(store.open(name))


def on_current_index(store: VectorStore, work: Callable[[ProductIndex], T]) -> T:
    """Do all of a request's work on one generation; where that is dropped meanwhile, once more on the next.

    Raises NoGeneration, StoreError, and what the work raises.
    """
    try:
        return work(current_index(store))
    except GenerationMissing:
        return work(current_index(store))
