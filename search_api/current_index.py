"""The generation that shoppers see, resolved once for each request."""

from collections.abc import Callable
from typing import TypeVar

from search_api.errors import NoGeneration
from vector_store import GenerationMissing, ProductIndex, VectorStore

T = TypeVar("T")


class CurrentIndex:
    """What the store's alias names. Thread-safe; blocks as the store does.

    The alias is asked each time; a generation that is already open is not opened again, since that costs a
    server round trips.
    """

    def __init__(self, store: VectorStore) -> None:
        self._store = store
        self._opened: ProductIndex | None = None

    def get(self) -> ProductIndex:
        """The generation that the alias names now. Raises NoGeneration, StoreError."""
        name = self._store.promoted()
        if name is None:
            raise NoGeneration(
                "there is no index yet: the consumer makes one when it starts, and fills it from events"
            )
        # Read once: another thread may have moved on to another generation.
        opened = self._opened
        if opened is None or opened.generation.name != name:
            opened = self._opened = ProductIndex(self._store.open(name))
        return opened

    def do(self, work: Callable[[ProductIndex], T]) -> T:
        """Do all of a request's work on one generation; where that is gone meanwhile, once more on the next.

        Raises NoGeneration, StoreError, and what the work raises.
        """
        try:
            return work(self.get())
        except GenerationMissing:
            self._opened = None
            return work(self.get())

    def model_versions(self) -> set[str]:
        """Of all generations, those that are still being built included. Raises StoreError."""
        return {generation.model_version for generation in self._store.generations()}
