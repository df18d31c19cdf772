"""Child process: decode and embed alone, what no consumer can do without. `python -m bench.decode_embed`.

It has the consumer's settings, and so its model, its batch size and its threads.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from bench.answering import answer_questions
from consumer.settings import ConsumerSettings
from images import decode, decode_limits
from model.cores import usable_cores
from model.load_embedder import load_embedder
from model.preprocessing import Pixels


class DecodeEmbed:
    """Decodes and embeds files, as the consumer does with their bodies, and nothing else.

    On as many cores at once as the consumer does: two that are halves of one, as many a machine's are, take
    longer for the same work where both have some.
    """

    def __init__(self, settings: ConsumerSettings) -> None:
        self._embedder = load_embedder(settings)
        self._limits = decode_limits(settings)
        self._batch_size = settings.embed_batch_size
        self._calls = settings.calls_at_a_time

    def measure(self, paths: Sequence[Path]) -> dict[str, float]:
        """Core-seconds of decoding (with the preparation of pixels) and of embedding, by step."""
        bodies = [path.read_bytes() for path in paths]
        began = process_time()
        with ThreadPoolExecutor(usable_cores()) as threads:
            pixels = np.stack(list(threads.map(self._prepared, bodies)))
        decoded = process_time()
        batches = [
            pixels[start : start + self._batch_size] for start in range(0, len(pixels), self._batch_size)
        ]
        with ThreadPoolExecutor(self._calls) as threads:
            list(threads.map(self._embedder.embed_prepared, batches))
        return {"decode_core_seconds": decoded - began, "embed_core_seconds": process_time() - decoded}

    def _prepared(self, body: bytes) -> Pixels:
        min_side_px = self._embedder.preprocessing.min_side_px
        return self._embedder.prepare(decode(body, self._limits, min_side_px=min_side_px))


def main() -> None:
    """Answer `{"photos": [paths]}` until the parent is gone."""
    settings = ConsumerSettings()
    measured = DecodeEmbed(settings)

    def answer(question: Mapping[str, Any]) -> Mapping[str, Any]:
        return measured.measure([Path(path) for path in question["photos"]])

    answer_questions(
        answer,
        greeting={
            "model": settings.model_path.stem,
            "embedder": settings.embedder.value,
            "embed_batch_size": settings.embed_batch_size,
            "embed_calls": settings.calls_at_a_time,
            "embed_threads": settings.threads_a_call,
            "fetch_threads": settings.fetch_threads,
        },
    )


if __name__ == "__main__":
    main()
