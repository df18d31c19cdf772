"""The part of Qdrant's client that the product uses, answered by Qdrant Edge: a folder for each shop."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from qdrant_client import QdrantClient, models

from tests.engine_server.conditions_of import condition_of
from vector_store import AllOf, Collection, Condition, Generation, GenerationMissing
from vector_store.edge import EdgeStore
from vector_store.indexes import indexes_of
from vector_store.points import DeletePoints, Operation, Point, UpsertPoints
from vector_store.server.collection import VECTOR_NAME, address_of
from vector_store.server.store import METADATA_KEY, previous_alias


class EdgeClient:
    """Everything under one folder, which it alone has open. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stores = {path.name: EdgeStore(path, path.name) for path in folder.iterdir() if path.is_dir()}
        self._hidden: dict[str, tuple[str, Collection]] = {}
        self._making = Lock()
        self._info = _an_info()

    def close(self) -> None:
        for store in self._stores.values():
            store.close()

    def create_collection(self, name: str, vectors_config: object, *, metadata: dict[str, Any]) -> bool:
        described = metadata[METADATA_KEY]
        shop = described.get("collection", described.get("hidden_of"))
        with self._making:
            if shop not in self._stores:
                self._stores[shop] = EdgeStore(self._folder / shop, shop)
        if "collection" in described:
            # In one step: nobody may take for hidden, and remove, what is about to be seen.
            self._stores[shop].create(Generation.from_json(described))
        else:
            self._hidden[name] = (shop, self._stores[shop].create_hidden(Generation.from_json(described)))
        return True

    def update_collection(self, name: str, *, metadata: dict[str, Any]) -> bool:
        shop, made = self._hidden[name]
        assert metadata[METADATA_KEY]["collection"] == shop
        self._stores[shop].reveal(made.generation.name)
        del self._hidden[name]
        return True

    def delete_collection(self, name: str) -> bool:
        shop, generation = self._find(name)
        self._stores[shop].drop(generation.name)
        self._hidden.pop(generation.name, None)
        return True

    def get_collections(self) -> models.CollectionsResponse:
        names = [generation.name for _, generation in self._generations()]
        return models.CollectionsResponse(
            collections=[models.CollectionDescription(name=name) for name in names]
        )

    def get_collection(self, name: str) -> models.CollectionInfo:
        shop, generation = self._find(name)
        info = self._info.model_copy(deep=True)
        whose = "hidden_of" if generation.name in self._hidden else "collection"
        info.config.metadata = {METADATA_KEY: {**generation.to_json(), whose: shop}}
        info.payload_schema = {
            field: models.PayloadIndexInfo(data_type=models.PayloadSchemaType(kind), points=0)
            for field, kind in indexes_of(generation).items()
        }
        return info

    def get_aliases(self) -> models.CollectionsAliasesResponse:
        aliases = {address_of(generation): generation.name for _, generation in self._generations()}
        aliases |= {
            shop: name for shop, store in self._stores.items() if (name := store.promoted()) is not None
        }
        aliases |= {
            previous_alias(shop): name
            for shop, store in self._stores.items()
            if (name := store.previous()) is not None
        }
        return models.CollectionsAliasesResponse(
            aliases=[
                models.AliasDescription(alias_name=alias, collection_name=name)
                for alias, name in aliases.items()
            ]
        )

    def update_collection_aliases(self, actions: Sequence[models.AliasOperations]) -> bool:
        for action in actions:
            assert isinstance(action, models.CreateAliasOperation)
            shop, generation = self._find(action.create_alias.collection_name)
            if action.create_alias.alias_name == shop:
                # Edge moves both aliases at once: the one of the previous generation is not moved by itself.
                self._stores[shop].promote(generation.name)
            elif action.create_alias.alias_name != previous_alias(shop):
                assert action.create_alias.alias_name == address_of(generation)
        return True

    def batch_update_points(
        self, name: str, operations: Sequence[models.UpdateOperation]
    ) -> list[models.UpdateResult]:
        self._open(name).apply([_operation_of(each) for each in operations])
        return [models.UpdateResult(operation_id=0, status=models.UpdateStatus.COMPLETED) for _ in operations]

    def retrieve(self, name: str, ids: Sequence[str], *, with_vectors: bool) -> list[models.Record]:
        found = self._open(name).retrieve(ids, with_vectors=with_vectors)
        return [_record_of(point) for point in found.values()]

    def scroll(
        self, name: str, where: models.Filter | None, limit: int, *, offset: str | None, with_vectors: bool
    ) -> tuple[list[models.Record], str | None]:
        page = self._open(name).scroll(_where(where), limit=limit, from_id=offset, with_vectors=with_vectors)
        return [_record_of(point) for point in page.points], page.next_id

    def count(self, name: str, where: models.Filter | None) -> models.CountResult:
        return models.CountResult(count=self._open(name).count(_where(where)))

    def query_points_groups(
        self,
        name: str,
        group_by: str,
        query: models.NearestQuery,
        *,
        using: str,
        query_filter: models.Filter | None,
        limit: int,
        group_size: int,
        with_payload: bool | list[str] | models.PayloadSelector,
        with_lookup: models.WithLookup | None,
    ) -> models.GroupsResult:
        assert (group_by, using) == ("product", VECTOR_NAME)
        assert with_lookup is None or with_lookup.collection == name
        found = self._open(name).search(
            np.asarray(query.nearest, dtype=np.float32),
            limit=limit,
            hits_per_product=group_size,
            where=_where(query_filter),
            with_records=with_lookup is not None,
        )
        return models.GroupsResult(
            groups=[
                models.PointGroup(
                    id=each.product,
                    hits=[
                        models.ScoredPoint(
                            id=hit.id,
                            version=0,
                            score=hit.score,
                            payload=dict(hit.payload),
                        )
                        for hit in each.hits
                    ],
                    lookup=None
                    if each.record is None
                    else models.Record(id=each.product, payload=dict(each.record)),
                )
                for each in found
            ]
        )

    def _open(self, name: str) -> Collection:
        shop, generation = self._find(name)
        if (hidden := self._hidden.get(generation.name)) is not None:
            return hidden[1]
        return self._stores[shop].open(generation.name)

    def _generations(self) -> list[tuple[str, Generation]]:
        return [
            *((shop, each) for shop, store in list(self._stores.items()) for each in store.generations()),
            *((shop, made.generation) for shop, made in list(self._hidden.values())),
        ]

    def _find(self, name: str) -> tuple[str, Generation]:
        for shop, generation in self._generations():
            if name in {generation.name, address_of(generation)}:
                return shop, generation
        raise GenerationMissing(f"Collection {name} not found")


def _an_info() -> models.CollectionInfo:
    client = QdrantClient(":memory:")
    client.create_collection(
        "any", {VECTOR_NAME: models.VectorParams(size=1, distance=models.Distance.COSINE)}
    )
    info = client.get_collection("any")
    client.close()
    return info


def _where(given: models.Filter | None) -> Condition:
    return AllOf(()) if given is None else condition_of(given)


def _operation_of(operation: models.UpdateOperation) -> Operation:
    if isinstance(operation, models.DeleteOperation):
        assert isinstance(operation.delete, models.FilterSelector)
        return DeletePoints(condition_of(operation.delete.filter))
    assert isinstance(operation, models.UpsertOperation)
    assert isinstance(operation.upsert, models.PointsList)
    assert operation.upsert.update_filter is not None
    return UpsertPoints(
        tuple(_point_of(each) for each in operation.upsert.points),
        condition_of(operation.upsert.update_filter),
    )


def _point_of(point: models.PointStruct) -> Point:
    vector = point.vector.get(VECTOR_NAME) if isinstance(point.vector, dict) else None
    return Point(
        str(point.id), point.payload or {}, None if vector is None else np.asarray(vector, dtype=np.float32)
    )


def _record_of(point: Point) -> models.Record:
    return models.Record(
        id=point.id,
        payload=dict(point.payload),
        vector=None if point.vector is None else {VECTOR_NAME: point.vector.tolist()},
    )
