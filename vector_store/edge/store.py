"""A folder of generations, each an Edge shard, and a small file that is the alias."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import TypeAlias

import portalocker
import qdrant_edge as edge

from vector_store.edge.alias_file import AliasFile, Named
from vector_store.edge.collection import VECTOR_NAME, EdgeCollection
from vector_store.edge.disk_space import require_room
from vector_store.edge.failures import first_line, translated_failures
from vector_store.edge.json_file import write_atomically
from vector_store.edge.shard_loading import load_shard
from vector_store.errors import (
    GenerationExists,
    GenerationMissing,
    StoreCorrupt,
    StoreError,
    StoreLocked,
    StoreMisused,
    StoreUnavailable,
)
from vector_store.generation import Generation, is_generation_name
from vector_store.indexes import indexes_of
from vector_store.size_class import LAYOUTS, QUANTILE, Layout, SizeClass

_DESCRIPTION = "generation.json"

# But for the last, the engine's own defaults, which it wants to be told.
_GRAPH_ON_DISK = edge.HnswIndexConfig(m=16, ef_construct=100, full_scan_threshold=10_000, on_disk=True)

_INDEX_TYPES: Mapping[str, edge.PayloadSchemaType] = {
    "keyword": edge.PayloadSchemaType.Keyword,
    "integer": edge.PayloadSchemaType.Integer,
    "float": edge.PayloadSchemaType.Float,
    "bool": edge.PayloadSchemaType.Bool,
    "uuid": edge.PayloadSchemaType.Uuid,
}
_ON_DISK: TypeAlias = (
    edge.KeywordIndexParams
    | edge.IntegerIndexParams
    | edge.FloatIndexParams
    | edge.BoolIndexParams
    | edge.UuidIndexParams
)
_INDEXES_ON_DISK: Mapping[str, _ON_DISK] = {
    "keyword": edge.KeywordIndexParams(on_disk=True),
    "integer": edge.IntegerIndexParams(on_disk=True),
    "float": edge.FloatIndexParams(on_disk=True),
    "bool": edge.BoolIndexParams(on_disk=True),
    "uuid": edge.UuidIndexParams(on_disk=True),
}


class EdgeStore:
    """Generations under one folder: `generations/<name>/` and `alias-<collection>.json`.

    Opening blocks for as long as the engine reads its log. Raises StoreLocked where another process has
    the folder, StoreCorrupt where it holds something else, StoreUnavailable where it cannot be written.
    """

    def __init__(
        self, folder: Path, collection: str = "products", *, size_class: SizeClass = SizeClass.SMALL
    ) -> None:
        """size_class: of generations that are made; those that are there keep theirs."""
        self._folder = folder
        self._layout = LAYOUTS[size_class]
        self._alias = AliasFile(folder / f"alias-{collection}.json")
        self._open: dict[str, EdgeCollection] = {}
        self._hidden: dict[str, EdgeCollection] = {}
        self._guard = RLock()
        self._closed = False
        try:
            (folder / "generations").mkdir(parents=True, exist_ok=True)
            self._lock = portalocker.Lock(
                folder / "lock", flags=portalocker.LOCK_EX | portalocker.LOCK_NB, timeout=0
            )
            self._lock.acquire()
        except portalocker.LockException as error:
            raise StoreLocked(
                f"{folder} is open in another process; the embedded engine serves one at a time"
            ) from error
        except OSError as error:
            raise StoreUnavailable(f"cannot use {folder}: {error.strerror}") from error

    def generations(self) -> list[Generation]:
        """Every generation there is, oldest first. Raises StoreCorrupt where one cannot be read."""
        with self._opened():
            found = [_read_description(path) for path in self._folder.glob(f"generations/*/{_DESCRIPTION}")]
        return sorted(found, key=lambda generation: (generation.created_at_ms, generation.name))

    def create(self, generation: Generation) -> EdgeCollection:
        """Make an empty collection. Raises GenerationExists, StoreUnavailable where it cannot be written."""
        with self._opened():
            self.create_hidden(generation)
            self.reveal(generation.name)
            return self._open[generation.name]

    def create_hidden(self, generation: Generation) -> EdgeCollection:
        """Make one that nobody else sees; see `interface.VectorStore.create_hidden`."""
        with self._opened():
            folder = self._generation_folder(generation.name)
            if (folder / _DESCRIPTION).exists():
                raise GenerationExists(f"generation {generation.name} is there already")
            if (hidden := self._hidden.pop(generation.name, None)) is not None:
                hidden.close()
            # The description comes last and goes first: a folder without one is a leftover.
            shutil.rmtree(folder, ignore_errors=True)
            with translated_failures(f"cannot make generation {generation.name}"):
                folder.mkdir(parents=True)
                require_room(folder)
                shard = edge.EdgeShard.create(str(folder / "shard"), _config(generation, self._layout))
                kinds: Mapping[str, edge.PayloadSchemaType | _ON_DISK] = (
                    _INDEXES_ON_DISK if self._layout.indexes_on_disk else _INDEX_TYPES
                )
                for field, kind in indexes_of(generation).items():
                    shard.update(edge.UpdateOperation.create_field_index(field, kinds[kind]))
            self._hidden[generation.name] = EdgeCollection(generation, shard, folder)
            return self._hidden[generation.name]

    def reveal(self, name: str) -> None:
        """Describe a hidden generation, which makes it one like any other. Raises GenerationMissing."""
        with self._opened():
            if (collection := self._hidden.get(name)) is None:
                raise GenerationMissing(f"there is no hidden generation {name[:100]!r}")
            collection.maintain()
            with translated_failures(f"cannot make generation {name}"):
                write_atomically(
                    self._generation_folder(name) / _DESCRIPTION, collection.generation.to_json()
                )
            self._open[name] = self._hidden.pop(name)

    def open(self, name: str) -> EdgeCollection:
        """Open a generation by name.

        Raises GenerationMissing, StoreCorrupt, and StoreUnavailable on a full disk.
        """
        with self._opened():
            if (collection := self._open.get(name)) is not None:
                return collection
            folder = self._existing_folder(name)
            generation = _read_description(folder / _DESCRIPTION)
            self._open[name] = EdgeCollection(generation, load_shard(folder / "shard", name), folder)
            return self._open[name]

    def drop(self, name: str) -> None:
        """Remove a generation and its points. Raises StoreMisused for the promoted one."""
        with self._opened():
            if not is_generation_name(name):
                return
            if name == self.promoted():
                raise StoreMisused(f"generation {name} is promoted; promote another one before dropping it")
            for held in (self._open, self._hidden):
                if (collection := held.pop(name, None)) is not None:
                    collection.close()
            folder = self._generation_folder(name)
            with translated_failures(f"cannot drop generation {name}"):
                if name == (named := self._alias.read()).previous:
                    self._alias.write(replace(named, previous=None))
                # First of all: without it the rest is a leftover that nobody opens.
                (folder / _DESCRIPTION).unlink(missing_ok=True)
                shutil.rmtree(folder, ignore_errors=True)

    def promoted(self) -> str | None:
        """The name of the generation that the alias names, or None. Raises StoreCorrupt."""
        with self._opened():
            return self._alias.read().promoted

    def previous(self) -> str | None:
        """The generation that was promoted before, or None. Raises StoreCorrupt."""
        with self._opened():
            return self._alias.read().previous

    def promote(self, name: str) -> None:
        """Point the alias at this generation, atomically. Raises GenerationMissing."""
        with self._opened():
            self._existing_folder(name)
            if name != (promoted := self._alias.read().promoted):
                with translated_failures(f"cannot promote generation {name}"):
                    self._alias.write(Named(promoted=name, previous=promoted))

    def close(self) -> None:
        """Flush and release the folder. Idempotent."""
        with self._guard, ExitStack() as released:
            self._closed = True
            released.callback(self._lock.release)
            for collection in (*self._open.values(), *self._hidden.values()):
                released.callback(collection.close)
            self._open.clear()
            self._hidden.clear()

    @contextmanager
    def _opened(self) -> Iterator[None]:
        """For one thread at a time, as long as the store is open."""
        with self._guard:
            if self._closed:
                raise StoreMisused(f"the store in {self._folder} is closed")
            yield

    def _existing_folder(self, name: str) -> Path:
        folder = self._generation_folder(name)
        if not (folder / _DESCRIPTION).exists():
            raise GenerationMissing(f"there is no generation {name} in {self._folder}")
        return folder

    def _generation_folder(self, name: str) -> Path:
        # The name becomes a path that may be removed: anything but one plain component is nobody's name.
        if not is_generation_name(name):
            raise GenerationMissing(f"{name[:100]!r} is no generation name")
        return self._folder / "generations" / name


def _config(generation: Generation, layout: Layout) -> edge.EdgeConfig:
    int8 = edge.ScalarQuantizationConfig(edge.ScalarType.Int8, quantile=QUANTILE, always_ram=True)
    return edge.EdgeConfig(
        vectors={
            VECTOR_NAME: edge.EdgeVectorParams(
                size=generation.dimension,
                distance=edge.Distance.Cosine,
                on_disk=layout.vectors_on_disk or None,
            )
        },
        hnsw_config=_GRAPH_ON_DISK if layout.graph_on_disk else None,
        quantization_config=int8 if layout.quantized else None,
        on_disk_payload=layout.payload_on_disk or None,
        id_tracker_memory=edge.Memory.Cold if layout.indexes_on_disk else None,
    )


def _read_description(path: Path) -> Generation:
    try:
        generation = Generation.from_json(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, StoreError) as error:
        raise StoreCorrupt(f"{path} is not readable: {first_line(error)}") from error
    if generation.name != path.parent.name:
        raise StoreCorrupt(f"{path} describes another generation: {generation.name}")
    return generation
