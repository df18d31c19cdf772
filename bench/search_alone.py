"""Child process: what no search can do without. `python -m bench.search_alone`.

It has the search API's settings, and so its model, its threads and an index like its own, opened in the
process: what is missing against the service is HTTP, JSON, and everything else that serving takes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from bench.answering import answer_questions
from images import decode, decode_limits
from model.load_embedder import load_embedder
from search_api.settings import SearchApiSettings
from vector_store import ProductIndex, open_store

LIMIT = 10


class SearchAlone:
    """Decodes, embeds and asks the engine, one after the other, in one thread."""

    def __init__(self, settings: SearchApiSettings) -> None:
        self._embedder = load_embedder(settings)
        self._limits = decode_limits(settings)
        store = open_store(settings)
        self._index = ProductIndex(store.open(store.promoted() or ""))

    def photos(self, paths: Sequence[Path]) -> list[float]:
        """Seconds for each photo: decoded, embedded, looked for."""
        bodies = [path.read_bytes() for path in paths]
        seconds = []
        for body in bodies:
            began = perf_counter()
            (vector,) = self._embedder.embed_prepared(self._prepared(body)[np.newaxis])
            self._index.similar(vector, limit=LIMIT)
            seconds.append(perf_counter() - began)
        return seconds

    def products(self, product_ids: Sequence[str]) -> list[float]:
        """Seconds for each product: its record, its vector, what is like it."""
        seconds = []
        for product_id in product_ids:
            began = perf_counter()
            record = self._index.record(product_id)
            keys = [image.key for image in record.images] if record is not None else []
            vectors = self._index.vectors({product_id: keys})[product_id]
            self._index.similar(vectors[keys[0]], limit=LIMIT, without_product=product_id)
            seconds.append(perf_counter() - began)
        return seconds

    def embeddings(self, paths: Sequence[Path], batch_size: int) -> dict[str, float]:
        """Seconds and core-seconds for embedding these photos, decoded before, in batches."""
        pixels = np.stack([self._prepared(path.read_bytes()) for path in paths])
        began, cores_began = perf_counter(), process_time()
        for start in range(0, len(pixels), batch_size):
            self._embedder.embed_prepared(pixels[start : start + batch_size])
        return {"seconds": perf_counter() - began, "core_seconds": process_time() - cores_began}

    def _prepared(self, body: bytes) -> Any:
        min_side_px = self._embedder.preprocessing.min_side_px
        return self._embedder.prepare(decode(body, self._limits, min_side_px=min_side_px))


def main() -> None:
    """Answer questions until the parent is gone; see `bench.suites.search`."""
    settings = SearchApiSettings()
    alone = SearchAlone(settings)

    def answer(question: Mapping[str, Any]) -> Mapping[str, Any]:
        if "products" in question:
            return {"seconds": alone.products(question["products"])}
        paths = [Path(path) for path in question["photos"]]
        if "batch_size" in question:
            return alone.embeddings(paths, question["batch_size"])
        return {"seconds": alone.photos(paths)}

    answer_questions(
        answer,
        greeting={
            "model": settings.model_path.stem,
            "embedder": settings.embedder.value,
            "embed_threads": settings.embed_threads,
        },
    )


if __name__ == "__main__":
    main()
