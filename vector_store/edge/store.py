"""A folder of generations, each an Edge shard, and a small file that is the alias."""

import json
import os
import shutil
from pathlib import Path
from threading import RLock

import portalocker
import qdrant_edge as edge

from vector_store.edge.collection import VECTOR_NAME, EdgeCollection
from vector_store.errors import (
    GenerationExists,
    GenerationMissing,
    StoreCorrupt,
    StoreLocked,
    StoreMisused,
    StoreUnavailable,
)
from vector_store.filterable import FILTERABLE_FIELDS
from vector_store.generation import Generation, is_generation_name
from vector_store.json_path import to_json_path

_DESCRIPTION = "generation.json"
_OPTIMISE_FROM_UNINDEXED_POINTS = 20_000

_INDEX_TYPES = {
    "keyword": edge.PayloadSchemaType.Keyword,
    "integer": edge.PayloadSchemaType.Integer,
    "float": edge.PayloadSchemaType.Float,
    "bool": edge.PayloadSchemaType.Bool,
}


class EdgeStore:
    """Generations under one folder: `generations/<name>/` and `alias-<collection>.json`.

    Opening blocks for as long as the engine reads its log. Raises StoreLocked where another process has
    the folder, StoreCorrupt where it holds something else, StoreUnavailable where it cannot be written.
    """

    def __init__(self, folder: Path, collection: str = "products") -> None:
        self._folder = folder
        self._alias = folder / f"alias-{collection}.json"
        self._open: dict[str, EdgeCollection] = {}
        self._guard = RLock()
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
        """Every generation there is, oldest first."""
        with self._guard:
            found = [_read_description(path) for path in self._folder.glob(f"generations/*/{_DESCRIPTION}")]
        return sorted(found, key=lambda generation: (generation.created_at_ms, generation.name))

    def create(self, generation: Generation) -> EdgeCollection:
        """Make an empty collection. Raises GenerationExists."""
        with self._guard:
            folder = self._generation_folder(generation.name)
            if (folder / _DESCRIPTION).exists():
                raise GenerationExists(f"generation {generation.name} is there already")
            # The description is written last: a folder without one is a creation that was cut off.
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            shard = edge.EdgeShard.create(str(folder / "shard"), _config(generation))
            for field, kind in _indexes(generation).items():
                shard.update(edge.UpdateOperation.create_field_index(field, kind))
            shard.flush()
            _write_atomically(folder / _DESCRIPTION, generation.to_json())
            collection = EdgeCollection(generation, shard)
            self._open[generation.name] = collection
            return collection

    def open(self, name: str) -> EdgeCollection:
        """Open a generation by name. Raises GenerationMissing, StoreCorrupt."""
        with self._guard:
            if (collection := self._open.get(name)) is not None:
                return collection
            folder = self._generation_folder(name)
            if not (folder / _DESCRIPTION).exists():
                raise GenerationMissing(f"there is no generation {name} in {self._folder}")
            generation = _read_description(folder / _DESCRIPTION)
            collection = EdgeCollection(generation, _load(folder / "shard", name))
            self._open[name] = collection
            return collection

    def drop(self, name: str) -> None:
        """Remove a generation and its points. Raises StoreMisused for the promoted one."""
        if not is_generation_name(name):
            return
        with self._guard:
            if name == self.promoted():
                raise StoreMisused(f"generation {name} is promoted; promote another one before dropping it")
            if (collection := self._open.pop(name, None)) is not None:
                collection.close()
            shutil.rmtree(self._generation_folder(name), ignore_errors=True)

    def promoted(self) -> str | None:
        """The name of the generation that the alias names, or None."""
        try:
            stored = json.loads(self._alias.read_text("utf-8"))
            name = stored["promoted"]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise StoreCorrupt(f"{self._alias} is not readable: {error}") from error
        return str(name)

    def promote(self, name: str) -> None:
        """Point the alias at this generation, atomically. Raises GenerationMissing."""
        with self._guard:
            if not (self._generation_folder(name) / _DESCRIPTION).exists():
                raise GenerationMissing(f"there is no generation {name} in {self._folder}")
            _write_atomically(self._alias, {"promoted": name})

    def close(self) -> None:
        """Flush and release the folder. Idempotent."""
        with self._guard:
            for collection in self._open.values():
                collection.close()
            self._open.clear()
            self._lock.release()

    def _generation_folder(self, name: str) -> Path:
        # The name becomes a path that may be removed: anything but one plain component is nobody's name.
        if not is_generation_name(name):
            raise GenerationMissing(f"{name[:100]!r} is no generation name")
        return self._folder / "generations" / name


def _config(generation: Generation) -> edge.EdgeConfig:
    return edge.EdgeConfig(
        vectors={VECTOR_NAME: edge.EdgeVectorParams(size=generation.dimension, distance=edge.Distance.Cosine)}
    )


def _indexes(generation: Generation) -> dict[str, edge.PayloadSchemaType]:
    named = {field: _INDEX_TYPES[kind] for field, kind in FILTERABLE_FIELDS.items()}
    attributes = {
        to_json_path(f"attributes.{name}"): _INDEX_TYPES[kind] for name, kind in generation.filterable_attributes.items()
    }
    return {
        "product": edge.PayloadSchemaType.Uuid,
        "kind": edge.PayloadSchemaType.Keyword,
        "retry_at": edge.PayloadSchemaType.Integer,
        **named,
        **attributes,
    }


def _load(folder: Path, name: str) -> edge.EdgeShard:
    try:
        shard = edge.EdgeShard.load(str(folder))
        info = shard.info()
        if info.points_count - info.indexed_vectors_count >= _OPTIMISE_FROM_UNINDEXED_POINTS:
            shard.optimize()
    except Exception as error:  # the engine raises nothing more precise than Exception
        reason = str(error).splitlines()[0]
        raise StoreCorrupt(f"generation {name} in {folder} cannot be opened: {reason}") from error
    return shard


def _read_description(path: Path) -> Generation:
    try:
        return Generation.from_json(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise StoreCorrupt(f"{path} is not readable: {error}") from error


def _write_atomically(path: Path, value: dict[str, object]) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
