"""One collection of a Qdrant server."""

from collections.abc import Collection as Ids
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import cast

import numpy as np
from qdrant_client import QdrantClient, models

from vector_store.conditions import AllOf, Condition, HasId, Not
from vector_store.errors import GenerationMissing, StoreUnavailable
from vector_store.generation import Generation
from vector_store.points import (
    RANKED_FIELDS,
    Candidate,
    DeletePoints,
    Operation,
    Page,
    Payload,
    Point,
    ScoredPoint,
    Vector,
)
from vector_store.server.connection import Connection
from vector_store.server.filters import to_filter
from vector_store.server.replication import Replication
from vector_store.size_class import OVERSAMPLING
from vector_store.validation import check_operations, check_vector

VECTOR_NAME = "image"
_SEARCH = models.SearchParams(
    quantization=models.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING)
)


def address_of(generation: Generation) -> str:
    """The alias by which a collection is read and written: it dies with this incarnation of the name.

    So who had a collection open that was dropped and made again gets an error, never the other collection.
    """
    return f"{generation.name}.{generation.incarnation}"


class ServerCollection:
    """A generation held by a Qdrant server. Thread-safe."""

    def __init__(self, generation: Generation, connection: Connection, replication: Replication) -> None:
        self._generation = generation
        self._connection = connection
        self._replication = replication
        self._address = address_of(generation)
        self._what = f"generation {generation.name}"

    @property
    def generation(self) -> Generation:
        """What is stored with the collection."""
        return self._generation

    def apply(self, operations: Sequence[Operation]) -> None:
        """Carry out the operations in this order; see `interface.Collection.apply`.

        One request. The server completes each operation before it takes up the next, and stops at the first
        that it cannot complete: as long as it is given no time limit of its own, which would let it go on
        after a time-out. So the only limit is the client's, at which it drops the request.
        """
        check_operations(operations, self._generation.dimension)
        updates = [_to_update(each) for each in operations if isinstance(each, DeletePoints) or each.points]
        if not updates:
            return
        with self._client() as client:
            results = client.batch_update_points(
                self._address, updates, wait=True, ordering=self._replication.ordering
            )
        unfinished = {each.status.value for each in results if each.status != models.UpdateStatus.COMPLETED}
        if unfinished or len(results) != len(updates):
            raise StoreUnavailable(
                f"{self._what}: a write is not completed: {', '.join(sorted(unfinished)) or 'no result'}"
            )

    def retrieve(self, ids: Ids[str], *, with_vectors: bool = False) -> dict[str, Point]:
        """The points with these ids; see `interface.Collection.retrieve`."""
        if not ids:
            return {}
        with self._client() as client:
            found = client.retrieve(
                self._address,
                list(dict.fromkeys(ids)),
                with_payload=True,
                with_vectors=with_vectors,
                consistency=self._replication.consistency,
            )
        return {str(each.id): _to_point(each) for each in found}

    def search(
        self,
        vector: Vector,
        *,
        limit: int,
        hits_per_product: int,
        where: Condition | None = None,
        without: Ids[str] = (),
        with_records: bool = True,
    ) -> list[Candidate]:
        """The nearest products, unchecked; see `interface.Collection.search`.

        One request. The server looks the records up after it has searched: a record never tells of points
        that are not there yet.
        """
        check_vector(vector, self._generation.dimension)
        conditions = [*([where] if where else []), *([Not(HasId(frozenset(without)))] if without else [])]
        lookup = models.WithLookup(collection=self._address, with_payload=True, with_vectors=False)
        with self._client() as client:
            found = client.query_points_groups(
                self._address,
                group_by="product",
                query=vector.tolist(),
                using=VECTOR_NAME,
                search_params=_SEARCH,
                query_filter=to_filter(AllOf(tuple(conditions))) if conditions else None,
                limit=limit,
                group_size=hits_per_product,
                with_payload=list(RANKED_FIELDS),
                with_lookup=lookup if with_records else None,
                consistency=self._replication.consistency,
            )
        return [
            Candidate(
                product=str(group.id),
                hits=tuple(ScoredPoint(str(hit.id), hit.score, hit.payload or {}) for hit in group.hits),
                record=None if group.lookup is None else group.lookup.payload or {},
            )
            for group in found.groups
        ]

    def scroll(
        self,
        where: Condition,
        *,
        limit: int,
        from_id: str | None = None,
        with_vectors: bool = False,
    ) -> Page:
        """Points in the order of their ids; see `interface.Collection.scroll`."""
        with self._client() as client:
            found, next_id = client.scroll(
                self._address,
                scroll_filter=to_filter(where),
                limit=limit,
                offset=from_id,
                with_payload=True,
                with_vectors=with_vectors,
                consistency=self._replication.consistency,
            )
        return Page(tuple(map(_to_point, found)), None if next_id is None else str(next_id))

    def count(self, where: Condition) -> int:
        """How many points satisfy the condition, exactly; of replicas, one is asked."""
        with self._client() as client:
            return client.count(self._address, to_filter(where), exact=True).count

    def disk_bytes(self) -> None:
        """The server does not tell."""
        self.maintain()

    def maintain(self) -> None:
        """Nothing to do but to see that the collection is there: the server tidies up by itself."""
        with self._client() as client:
            client.get_collection(self._address)

    def _client(self) -> AbstractContextManager[QdrantClient]:
        return self._connection.client(self._what, once_closed=GenerationMissing)


def _to_update(operation: Operation) -> models.UpdateOperation:
    if isinstance(operation, DeletePoints):
        return models.DeleteOperation(delete=models.FilterSelector(filter=to_filter(operation.where)))
    points = [
        models.PointStruct(
            id=point.id,
            vector={} if point.vector is None else {VECTOR_NAME: point.vector.tolist()},
            payload=dict(point.payload),
        )
        for point in operation.points
    ]
    return models.UpsertOperation(
        upsert=models.PointsList(points=points, update_filter=to_filter(operation.only_over))
    )


def _to_point(found: models.Record) -> Point:
    vectors = cast(dict[str, list[float]] | None, found.vector) or {}
    vector = vectors.get(VECTOR_NAME)
    payload: Payload = found.payload or {}
    return Point(str(found.id), payload, None if vector is None else np.asarray(vector, dtype=np.float32))
