"""The engines that the contract suite runs over, and what each of them needs to run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from tests.contract.memory_store import MemoryStore
from vector_store import VectorStore
from vector_store.edge import EdgeStore


class Engine(Protocol):
    """Opens stores. A shop's store holds what it held when it was last closed.

    threads: whether several threads may use a store at once.
    """

    threads: bool

    def open(self, shop: str) -> VectorStore: ...

    def close(self) -> None:
        """Remove everything that was stored."""
        ...


class EdgeEngine:
    threads = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, shop: str) -> VectorStore:
        return EdgeStore(self._folder / shop)

    def close(self) -> None:
        pass


class MemoryEngine:
    threads = True

    def __init__(self, folder: Path) -> None:
        self._stores: dict[str, MemoryStore] = {}

    def open(self, shop: str) -> VectorStore:
        self._stores[shop] = MemoryStore(self._stores.get(shop))
        return self._stores[shop]

    def close(self) -> None:
        self._stores.clear()


ENGINES: Mapping[str, Callable[[Path], Engine]] = {"edge": EdgeEngine, "memory": MemoryEngine}
