"""The generation that a reindex builds, and the one that it is to take the place of."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from consumer.errors import ReindexRefused
from consumer.generation_choice import OpenedGeneration, check_fits, describe_new
from consumer.settings import ConsumerSettings
from model.embedder import Embedder
from vector_store import Collection, GenerationExists, GenerationMissing, VectorStore

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Target:
    """What is built, beside what.

    resumed: whether it was there already. promoted: None where nothing is promoted, or it is gone.
    """

    opened: OpenedGeneration
    promoted: Collection | None
    resumed: bool

    @property
    def name(self) -> str:
        """The name of the generation that is built."""
        return self.opened.collection.generation.name


def open_target(
    store: VectorStore,
    settings: ConsumerSettings,
    embedder: Embedder,
    *,
    suffix: str | None,
    now_ms: Callable[[], int],
) -> Target:
    """Open the generation of this model and suffix to build it on, or make it.

    Raises ReindexRefused where it is the promoted one, WrongModel, OrderKindChanged, StoreError.
    """
    described = describe_new(settings, embedder, suffix=suffix, now_ms=now_ms)
    promoted = store.promoted()
    if described.name == promoted:
        raise ReindexRefused(
            f"{promoted} is the promoted generation: give --suffix to build another one of the same model "
            "beside it"
        )
    resumed = True
    with suppress(GenerationExists):
        store.create(described)
        resumed = False
    collection = store.open(described.name)
    _log.info("generation opened" if resumed else "generation created", generation=described.name)
    check_fits(collection.generation, embedder, settings)
    return Target(OpenedGeneration(collection, embedder), _open_promoted(store, promoted), resumed)


def _open_promoted(store: VectorStore, name: str | None) -> Collection | None:
    if name is None:
        return None
    try:
        return store.open(name)
    except GenerationMissing:
        _log.warning("the promoted generation is gone", generation=name)
        return None
