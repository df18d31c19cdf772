"""Which generation this process works on, and with which model."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from consumer.errors import GenerationNameUnfit, OrderKindChanged, WrongModel
from consumer.settings import ConsumerSettings
from model.embedder import Embedder
from model.errors import ModelVersionMissing
from model.load_embedder import load_embedder
from model.model_files import ModelFiles
from model.onnx_embedder import read_info
from vector_store import (
    Collection,
    Generation,
    GenerationExists,
    GenerationMissing,
    VectorStore,
    generation_name,
)

_log = structlog.get_logger()
_THE_WAYS = (
    "`python -m consumer reindex --promote` builds a generation of the new model and moves searches to it, "
    "`python -m consumer run --generation NAME` works on one beside the promoted one"
)


@dataclass(frozen=True, slots=True)
class OpenedGeneration:
    """A generation and the model that it was built by."""

    collection: Collection
    embedder: Embedder


def open_for_run(
    store: VectorStore, settings: ConsumerSettings, *, name: str | None, now_ms: Callable[[], int]
) -> OpenedGeneration:
    """The generation of this name, or without a name the promoted one; made where there is none yet.

    A promoted generation is opened with its own model, wherever MODEL_DIR has it; a MODEL_PATH that was given
    and is of another version is refused, since whoever gave it meant it. Where nothing is promoted, the
    generation of MODEL_PATH is made and promoted. A named one that does not exist is made with MODEL_PATH,
    and stays beside the promoted one.

    Blocks while the model is read. Raises WrongModel, OrderKindChanged, GenerationNameUnfit, ModelError,
    StoreError.
    """
    if name is None:
        opened = _open_promoted(store, settings, now_ms)
    else:
        opened = _open_named(store, settings, name, now_ms)
    check_fits(opened.collection.generation, opened.embedder, settings)
    return opened


def model_version_in(name: str, collection: str) -> str:
    """The model version that a generation's name tells. Raises GenerationNameUnfit."""
    return _parts_of(name, collection)[0]


def describe_new(
    settings: ConsumerSettings, embedder: Embedder, *, suffix: str | None, now_ms: Callable[[], int]
) -> Generation:
    """A generation that this model will build, of a new incarnation. Creates nothing."""
    return Generation(
        name=generation_name(settings.collection, embedder.model_version, suffix),
        model_version=embedder.model_version,
        dimension=embedder.dimension,
        preprocessing_hash=embedder.preprocessing.digest,
        order_kind=settings.event_order.value,
        created_at_ms=now_ms(),
        filterable_attributes=settings.filterable_attributes,
    )


def check_fits(generation: Generation, embedder: Embedder, settings: ConsumerSettings) -> None:
    """Raises WrongModel or OrderKindChanged where these must not write this generation.

    Other FILTERABLE_ATTRIBUTES are warned of: the generation keeps its own.
    """
    if generation.model_version != embedder.model_version:
        raise WrongModel(
            f"generation {generation.name} was built by model {generation.model_version}, and this is model "
            f"{embedder.model_version}: {_THE_WAYS}"
        )
    if generation.order_kind != settings.event_order.value:
        raise OrderKindChanged(
            f"generation {generation.name} was built with EVENT_ORDER={generation.order_kind}, and this is "
            f"EVENT_ORDER={settings.event_order.value}: the two do not compare"
        )
    if dict(generation.filterable_attributes) != settings.filterable_attributes:
        _log.warning(
            "FILTERABLE_ATTRIBUTES differs from the generation's, which stays as it is",
            stored=dict(generation.filterable_attributes),
            given=settings.filterable_attributes,
        )


def _open_promoted(
    store: VectorStore, settings: ConsumerSettings, now_ms: Callable[[], int]
) -> OpenedGeneration:
    name = store.promoted() or _promote_first(store, settings, now_ms)
    try:
        collection = store.open(name)
    except GenerationMissing as error:
        raise GenerationMissing(
            f"{error}, and it is the promoted one: restore a snapshot of it (`python -m consumer restore`), "
            "or build it anew (`python -m consumer reindex --from-log --promote`)"
        ) from error
    generation = collection.generation
    if "model_path" in settings.model_fields_set:
        given = read_info(settings.model_path).model_version
        if given != generation.model_version:
            raise WrongModel(
                f"MODEL_PATH is model {given}, and the promoted generation {name} was built by model "
                f"{generation.model_version}: leave MODEL_PATH out to go on with it; {_THE_WAYS}"
            )
    return OpenedGeneration(collection, _own_model(generation, settings))


def _open_named(
    store: VectorStore, settings: ConsumerSettings, name: str, now_ms: Callable[[], int]
) -> OpenedGeneration:
    version, suffix = _parts_of(name, settings.collection)
    try:
        collection = store.open(name)
    except GenerationMissing:
        embedder = load_embedder(settings)
        if version != embedder.model_version:
            fitting = generation_name(settings.collection, embedder.model_version, suffix)
            raise GenerationNameUnfit(
                f"there is no generation {name}, and MODEL_PATH cannot make it: it is model "
                f"{embedder.model_version}, whose generation would be {fitting}"
            ) from None
        _make(store, describe_new(settings, embedder, suffix=suffix, now_ms=now_ms))
        return OpenedGeneration(store.open(name), embedder)
    return OpenedGeneration(collection, _own_model(collection.generation, settings))


def _promote_first(store: VectorStore, settings: ConsumerSettings, now_ms: Callable[[], int]) -> str:
    name = _make(store, describe_new(settings, load_embedder(settings), suffix=None, now_ms=now_ms))
    # Reading a model takes a while: what another member has promoted meanwhile stands.
    if (meanwhile := store.promoted()) is not None:
        return meanwhile
    store.promote(name)
    _log.info("generation promoted", generation=name)
    return name


def _make(store: VectorStore, generation: Generation) -> str:
    # Members that start together all find no generation; one of them makes it.
    with suppress(GenerationExists):
        store.create(generation)
        _log.info("generation created", generation=generation.name)
    return generation.name


def _own_model(generation: Generation, settings: ConsumerSettings) -> Embedder:
    try:
        return ModelFiles(settings).load(generation.model_version)
    except ModelVersionMissing as error:
        raise WrongModel(
            f"generation {generation.name} was built by model {generation.model_version}, and neither "
            f"MODEL_PATH nor MODEL_DIR ({settings.model_dir}) has it: put its file there to go on with it; "
            f"{_THE_WAYS}"
        ) from error


def _parts_of(name: str, collection: str) -> tuple[str, str | None]:
    """The model version and the suffix of a generation's name."""
    found = re.fullmatch(rf"{re.escape(collection)}-([0-9a-f]{{8}})(?:-(.+))?", name)
    if found is None:
        raise GenerationNameUnfit(
            f"{name!r} does not name a generation of COLLECTION={collection}: it is "
            f"{collection}-<model version, 8 hex digits>, and whatever you like after a further '-'"
        )
    return found[1], found[2]
