"""The generations of one shop on a Qdrant server: its collections, and an alias."""

from collections.abc import Mapping

from qdrant_client import models

from vector_store.errors import GenerationMissing, StoreCorrupt, StoreError, StoreMisused, StoreUnavailable
from vector_store.generation import Generation, is_generation_name
from vector_store.indexes import indexes_of
from vector_store.server.collection import VECTOR_NAME, ServerCollection, address_of
from vector_store.server.connection import Connection
from vector_store.server.failures import is_access_refused
from vector_store.server.replication import Replication
from vector_store.size_class import LAYOUTS, QUANTILE, Layout, SizeClass

METADATA_KEY = "visual_product_search"
_HIDDEN_OF = "hidden_of"
"""Stands in place of `collection` in what is stored with a collection that nobody is to see yet."""

_INDEX_TYPES: Mapping[str, models.PayloadSchemaType] = {
    "keyword": models.PayloadSchemaType.KEYWORD,
    "integer": models.PayloadSchemaType.INTEGER,
    "float": models.PayloadSchemaType.FLOAT,
    "bool": models.PayloadSchemaType.BOOL,
    "uuid": models.PayloadSchemaType.UUID,
}
_INDEXES_ON_DISK: Mapping[str, models.PayloadSchemaParams] = {
    "keyword": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, on_disk=True),
    "integer": models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, on_disk=True),
    "float": models.FloatIndexParams(type=models.FloatIndexType.FLOAT, on_disk=True),
    "bool": models.BoolIndexParams(type=models.BoolIndexType.BOOL, on_disk=True),
    "uuid": models.UuidIndexParams(type=models.UuidIndexType.UUID, on_disk=True),
}


class ServerStore:
    """Collections that carry a generation's description, and the alias `collection`. Thread-safe.

    Other collections of the server are neither seen nor touched. Every call may block for as long as the
    client's time limit, and raises StoreUnavailable where the server cannot be reached or is overloaded.
    """

    def __init__(
        self,
        connection: Connection,
        collection: str = "products",
        *,
        replication: Replication | None = None,
        shard_number: int | None = None,
        size_class: SizeClass = SizeClass.SMALL,
    ) -> None:
        """All but the first two: of collections that are made; those that are there keep theirs."""
        self._connection = connection
        self._alias = collection
        self._replication = replication or Replication()
        self._shard_number = shard_number
        self._layout = LAYOUTS[size_class]

    def generations(self) -> list[Generation]:
        """Every generation of this shop, oldest first. Raises StoreCorrupt where one cannot be read."""
        with self._connection.client("cannot list generations") as client:
            names = [each.name for each in client.get_collections().collections]
        found: list[Generation] = []
        for name in names:
            if name.startswith(f"{self._alias}-"):
                try:
                    found.append(self._describe(name)[0])
                except GenerationMissing:
                    continue  # Another shop's or program's, or dropped since it was listed.
        return sorted(found, key=lambda generation: (generation.created_at_ms, generation.name))

    def create(self, generation: Generation) -> ServerCollection:
        """Make an empty collection. Raises GenerationExists, StoreMisused for a name of another shop.

        Blocks for as long as the server takes to make the collection and its indexes.
        """
        return self._create(generation, {**generation.to_json(), "collection": self._alias})

    def create_hidden(self, generation: Generation) -> ServerCollection:
        """Make one that nobody else sees; blocks and raises as `create`."""
        return self._create(generation, {**generation.to_json(), _HIDDEN_OF: self._alias})

    def reveal(self, name: str) -> None:
        """Let the collection say whose generation it is: from then on it is one. Raises GenerationMissing."""
        generation = self._hidden(name)
        if generation is None:
            raise GenerationMissing(f"there is no hidden generation {name[:100]!r}")
        described = {**generation.to_json(), "collection": self._alias}
        with self._connection.client(f"cannot make generation {name}") as client:
            client.update_collection(name, metadata={METADATA_KEY: described})

    def _create(self, generation: Generation, described: Mapping[str, object]) -> ServerCollection:
        if not generation.name.startswith(f"{self._alias}-"):
            raise StoreMisused(f"generation {generation.name} is none of {self._alias}: its name says so")
        if self._hidden(generation.name) is not None:
            self._delete(generation.name)
        with self._connection.client(f"cannot make generation {generation.name}") as client:
            client.create_collection(
                generation.name,
                vectors_config={
                    VECTOR_NAME: models.VectorParams(
                        size=generation.dimension,
                        distance=models.Distance.COSINE,
                        on_disk=self._layout.vectors_on_disk or None,
                    )
                },
                hnsw_config=models.HnswConfigDiff(on_disk=True) if self._layout.graph_on_disk else None,
                quantization_config=_quantization(self._layout),
                on_disk_payload=self._layout.payload_on_disk or None,
                shard_number=self._shard_number,
                replication_factor=self._replication.factor if self._replication.factor > 1 else None,
                write_consistency_factor=self._replication.write_consistency_factor,
                metadata={METADATA_KEY: dict(described)},
            )
            info = client.get_collection(generation.name)
        self._complete(generation, info, self._replication)
        return ServerCollection(generation, self._connection, self._replication)

    def open(self, name: str) -> ServerCollection:
        """Open a generation by name. Raises GenerationMissing, StoreCorrupt.

        Completes what a creation that was cut off has left out.
        """
        generation, info = self._describe(name)
        replication = Replication(info.config.params.replication_factor or 1)
        try:
            self._complete(generation, info, replication)
        except StoreUnavailable as error:
            # A key that may only read can complete nothing, and need not: whoever writes does.
            if not is_access_refused(error) or address_of(generation) not in self._aliases():
                raise
        return ServerCollection(generation, self._connection, replication)

    def drop(self, name: str) -> None:
        """Remove a generation and its points. Raises StoreMisused for the promoted one."""
        if name == self.promoted():
            raise StoreMisused(f"generation {name} is promoted; promote another one before dropping it")
        try:
            if self._hidden(name) is None:
                self._describe(name)
            self._delete(name)
        except GenerationMissing:
            return

    def promoted(self) -> str | None:
        """The name of the generation that the alias names, or None."""
        return self._aliases().get(self._alias)

    def previous(self) -> str | None:
        """The generation that was promoted before, or None; the server drops an alias with its collection."""
        return self._aliases().get(previous_alias(self._alias))

    def promote(self, name: str) -> None:
        """Point the alias at this generation, atomically. Raises GenerationMissing."""
        self._describe(name)
        promoted = self.promoted()
        if name == promoted:
            return
        moves = {} if promoted is None else {previous_alias(self._alias): promoted}
        self._point_aliases({**moves, self._alias: name})

    def close(self) -> None:
        """Let the client go. Idempotent."""
        self._connection.close()

    def _delete(self, name: str) -> None:
        with self._connection.client(f"cannot drop generation {name}") as client:
            client.delete_collection(name)

    def _hidden(self, name: str) -> Generation | None:
        """What is hidden under this name; None where nothing is."""
        try:
            stored = self._stored(name)[0]
        except GenerationMissing:
            return None
        generation = Generation.from_json(stored) if stored.get(_HIDDEN_OF) == self._alias else None
        # The server also answers to aliases: a name counts only if the collection calls itself so.
        return generation if generation is not None and generation.name == name else None

    def _stored(self, name: str) -> tuple[Mapping[str, object], models.CollectionInfo]:
        if not is_generation_name(name):
            raise GenerationMissing(f"{name[:100]!r} is no generation name")
        with self._connection.client(f"generation {name}") as client:
            info = client.get_collection(name)
        stored = (info.config.metadata or {}).get(METADATA_KEY)
        return (stored if isinstance(stored, Mapping) else {}), info

    def _describe(self, name: str) -> tuple[Generation, models.CollectionInfo]:
        stored, info = self._stored(name)
        if stored.get("collection") != self._alias:
            raise GenerationMissing(f"collection {name} is no generation of {self._alias}")
        try:
            generation = Generation.from_json(stored)
        except StoreError as error:
            raise StoreCorrupt(f"generation {name}: {error}") from error
        if generation.name != name:
            raise GenerationMissing(f"there is no generation {name}")
        return generation, info

    def _complete(
        self, generation: Generation, info: models.CollectionInfo, replication: Replication
    ) -> None:
        what = f"cannot complete generation {generation.name}"
        # The server spells paths in its own way; quotation marks are all that can differ.
        indexed = {field.replace('"', "") for field in info.payload_schema}
        with self._connection.client(what) as client:
            kinds: Mapping[str, models.PayloadSchemaType | models.PayloadSchemaParams] = (
                _INDEXES_ON_DISK if self._layout.indexes_on_disk else _INDEX_TYPES
            )
            for field, kind in indexes_of(generation).items():
                if field.replace('"', "") not in indexed:
                    client.create_payload_index(generation.name, field, kinds[kind], wait=True)
            wanted = replication.write_consistency_factor
            if wanted is not None and (info.config.params.write_consistency_factor or 1) < wanted:
                client.update_collection(
                    generation.name,
                    collection_params=models.CollectionParamsDiff(write_consistency_factor=wanted),
                )
        if address_of(generation) not in self._aliases():
            self._point_aliases({address_of(generation): generation.name})

    def _aliases(self) -> dict[str, str]:
        with self._connection.client("cannot read the aliases") as client:
            return {each.alias_name: each.collection_name for each in client.get_aliases().aliases}

    def _point_aliases(self, moves: Mapping[str, str]) -> None:
        """Each alias at its collection, all in one request: nobody sees some of them moved."""
        said = ", ".join(f"generation {name} {alias}" for alias, name in moves.items())
        with self._connection.client(f"cannot name {said}") as client:
            client.update_collection_aliases(
                [
                    models.CreateAliasOperation(
                        create_alias=models.CreateAlias(collection_name=name, alias_name=alias)
                    )
                    for alias, name in moves.items()
                ]
            )


def previous_alias(collection: str) -> str:
    """The alias of the generation that was promoted before; no shop's own alias may end like it."""
    return f"{collection}.previous"


def _quantization(layout: Layout) -> models.ScalarQuantization | None:
    if not layout.quantized:
        return None
    return models.ScalarQuantization(
        scalar=models.ScalarQuantizationConfig(
            type=models.ScalarType.INT8, quantile=QUANTILE, always_ram=True
        )
    )
