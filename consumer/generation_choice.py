"""Which generation this process works on."""

from collections.abc import Callable
from contextlib import suppress

import structlog

from consumer.errors import OrderKindChanged, WrongModel
from model.embedder import Embedder
from vector_store import Collection, Generation, GenerationExists, VectorStore, generation_name

_log = structlog.get_logger()


def open_promoted(
    store: VectorStore,
    embedder: Embedder,
    *,
    collection: str,
    order_kind: str,
    filterable_attributes: dict[str, str],
    now_ms: Callable[[], int],
) -> Collection:
    """The promoted generation; where there is none, the model's own is created and promoted.

    Raises WrongModel, OrderKindChanged, StoreError.
    """
    name = store.promoted()
    if name is None:
        name = generation_name(collection, embedder.model_version)
        generation = Generation(
            name=name,
            model_version=embedder.model_version,
            dimension=embedder.dimension,
            preprocessing_hash=embedder.preprocessing.digest,
            order_kind=order_kind,
            created_at_ms=now_ms(),
            filterable_attributes=filterable_attributes,
        )
        # Members that start together all find no generation; one of them makes it.
        with suppress(GenerationExists):
            store.create(generation)
            _log.info("generation created", generation=name)
        store.promote(name)
        _log.info("generation promoted", generation=name)
    opened = store.open(name)
    _check(opened.generation, embedder, order_kind, filterable_attributes)
    return opened


def _check(
    generation: Generation, embedder: Embedder, order_kind: str, filterable_attributes: dict[str, str]
) -> None:
    if generation.model_version != embedder.model_version:
        raise WrongModel(
            f"generation {generation.name} was built by model {generation.model_version}, and this is model "
            f"{embedder.model_version}: start with the model it was built by (MODEL_PATH), or an empty index"
        )
    if generation.order_kind != order_kind:
        raise OrderKindChanged(
            f"generation {generation.name} was built with EVENT_ORDER={generation.order_kind}, and this is "
            f"EVENT_ORDER={order_kind}: the two do not compare"
        )
    if dict(generation.filterable_attributes) != filterable_attributes:
        _log.warning(
            "FILTERABLE_ATTRIBUTES differs from the generation's, which stays as it is",
            stored=dict(generation.filterable_attributes),
            given=filterable_attributes,
        )
