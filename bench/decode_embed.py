"""Child process: decode and embed alone, what no consumer can do without. `python -m bench.decode_embed`.

It has the consumer's settings, and so its model, its batch size and its threads.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from bench.answering import answer_questions
from consumer.settings import ConsumerSettings
from images import decode, decode_limits
from model.load_embedder import load_embedder


class DecodeEmbed:
    """Decodes and embeds files, as the consumer does with their bodies, and nothing else."""

    def __init__(self, settings: ConsumerSettings) -> None:
        self._embedder = load_embedder(settings)
        self._limits = decode_limits(settings)
        self._batch_size = settings.embed_batch_size

    def measure(self, paths: Sequence[Path]) -> dict[str, float]:
        """Core-seconds of decoding (with the preparation of pixels) and of embedding, by step."""
        bodies = [path.read_bytes() for path in paths]
        min_side_px = self._embedder.preprocessing.min_side_px
        decode_seconds = embed_seconds = 0.0
        for start in range(0, len(bodies), self._batch_size):
            began = process_time()
            pixels = [
                self._embedder.prepare(decode(body, self._limits, min_side_px=min_side_px))
                for body in bodies[start : start + self._batch_size]
            ]
            decoded = process_time()
            self._embedder.embed_prepared(np.stack(pixels))
            embed_seconds += process_time() - decoded
            decode_seconds += decoded - began
        return {"decode_core_seconds": decode_seconds, "embed_core_seconds": embed_seconds}


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
            "embed_threads": settings.embed_threads,
            "fetch_threads": settings.fetch_threads,
        },
    )


if __name__ == "__main__":
    main()
