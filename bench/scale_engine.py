"""Child process: the embedded engine with very many products. `python -m bench.scale_engine FOLDER CLASS`.

It writes, opens and asks as the services do. A process that only asks shows what serving such an index takes.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import psutil

from bench.answering import answer_questions
from bench.search_index import product_write
from vector_store import Generation, ProductIndex, VectorStore, open_store
from vector_store.conditions import Equals
from vector_store.settings import VectorStoreSettings
from vector_store.size_class import SizeClass

_PRODUCTS_A_WRITE = 500


class ScaleEngine:
    """One folder, opened when it is first needed."""

    def __init__(self, folder: Path, size_class: SizeClass) -> None:
        self._settings = VectorStoreSettings(qdrant_path=folder, qdrant_size_class=size_class)
        self._store: VectorStore | None = None

    def write(self, piece: Path, categories: Sequence[str], brands: int) -> Mapping[str, float]:
        """Write the products of a `made_vectors.Piece` (.npz); tell the seconds that the engine took."""
        with np.load(piece) as parts:
            first, vectors, owners = int(parts["first"]), parts["vectors"], parts["owners"]
            names = [categories[each] for each in parts["categories"]]
        ends = np.searchsorted(owners, np.arange(first, first + len(names)), side="right")
        photos = np.split(vectors, ends[:-1])
        index = self._index(dimension=vectors.shape[1])
        began = _Clock()
        for start in range(0, len(names), _PRODUCTS_A_WRITE):
            index.write(
                product_write(first + number, list(photos[number]), category=names[number], brands=brands)
                for number in range(start, min(start + _PRODUCTS_A_WRITE, len(names)))
            )
        index.maintain()
        return began.taken()

    def reopen(self) -> Mapping[str, float]:
        """Close the folder and open it anew, which lets the engine build its graph; tell how long it took."""
        self.close()
        began = _Clock()
        self._index()
        return began.taken()

    def close(self) -> None:
        """Leave the folder as the next process is to find it."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def ask(self, questions: Path, brand: str | None, limit: int) -> Mapping[str, Any]:
        """Similar products for each vector (.npy); of this brand alone, if it is given."""
        index = self._index()
        where = None if brand is None else Equals("brand", brand)
        seconds, products, cores_began = [], [], process_time()
        for vector in np.load(questions):
            began = perf_counter()
            found = index.ranking(vector, where=where).best(limit)
            seconds.append(perf_counter() - began)
            products.append([each.record.product_id for each in found])
        return {"seconds": seconds, "core_seconds": process_time() - cores_began, "products": products}

    def size(self) -> Mapping[str, float]:
        """What the process has in memory, what of it are mapped files, and what is on the disk."""
        memory = psutil.Process().memory_info()
        folder = self._settings.qdrant_path or Path()
        return {
            "resident_bytes": memory.rss,
            # The system can take these back; where it does not tell them apart, all of it counts as ours.
            "mapped_bytes": getattr(memory, "shared", 0),
            "disk_bytes": sum(each.stat().st_blocks * 512 for each in folder.rglob("*") if each.is_file()),
        }

    def _index(self, dimension: int = 0) -> ProductIndex:
        if self._store is None:
            self._store = open_store(self._settings)
        promoted = self._store.promoted()
        if promoted is None:
            promoted = self._made(self._store, dimension)
        return ProductIndex(self._store.open(promoted))

    @staticmethod
    def _made(store: VectorStore, dimension: int) -> str:
        made = store.create(
            Generation(
                name="products-0a1b2c3d",
                model_version="0a1b2c3d",
                dimension=dimension,
                preprocessing_hash="0" * 16,
                order_kind="time",
                created_at_ms=1,
            )
        )
        store.promote(made.generation.name)
        return made.generation.name


class _Clock:
    def __init__(self) -> None:
        self._seconds, self._core_seconds = perf_counter(), process_time()

    def taken(self) -> Mapping[str, float]:
        return {
            "seconds": perf_counter() - self._seconds,
            "core_seconds": process_time() - self._core_seconds,
        }


def main() -> None:
    """Answer questions until the parent is gone; see `bench.suites.scale`."""
    engine = ScaleEngine(Path(sys.argv[1]), SizeClass(sys.argv[2]))

    def answer(question: Mapping[str, Any]) -> Mapping[str, Any]:
        match question["what"]:
            case "write":
                return engine.write(Path(question["piece"]), question["categories"], question["brands"])
            case "reopen":
                return engine.reopen()
            case "close":
                engine.close()
                return {}
            case "ask":
                return engine.ask(Path(question["questions"]), question["brand"], question["limit"])
            case _:
                return engine.size()

    answer_questions(answer, greeting=engine.size())


if __name__ == "__main__":
    main()
