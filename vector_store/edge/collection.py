"""One Edge shard as a collection."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Collection as Ids
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import numpy as np
import qdrant_edge as edge

from vector_store.conditions import AllOf, Condition, HasId, Not
from vector_store.edge.disk_space import require_room, taken_bytes
from vector_store.edge.failures import translated_failures
from vector_store.edge.filters import to_filter
from vector_store.edge.grouped_search import nearest_products
from vector_store.errors import GenerationMissing, StoreCorrupt, StoreUnavailable
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
from vector_store.size_class import OVERSAMPLING
from vector_store.validation import check_operations, check_vector

VECTOR_NAME = "image"
# Beside smaller reads, searches in the same process wait less.
_IDS_A_READ = 32
_SEARCH = edge.SearchParams(
    quantization=edge.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING)
)


class EdgeCollection:
    """A generation held by Qdrant Edge in a folder. Thread-safe: the shard locks itself.

    require_room: called before each write; raises StoreUnavailable where the disk has none.
    """

    def __init__(
        self,
        generation: Generation,
        shard: edge.EdgeShard,
        folder: Path,
        require_room: Callable[[Path], None] = require_room,
    ) -> None:
        self._generation = generation
        self._folder = folder
        self._require_room = require_room
        self._shard: edge.EdgeShard | None = shard

    @property
    def generation(self) -> Generation:
        """What is stored with the collection."""
        return self._generation

    def apply(self, operations: Sequence[Operation]) -> None:
        """Carry out the operations in this order; see `interface.Collection.apply`."""
        check_operations(operations, self._generation.dimension)
        with self._open_shard() as shard:
            for update in [_to_update(operation) for operation in operations]:
                self._require_room(self._folder)
                shard.update(update)

    def retrieve(self, ids: Ids[str], *, with_vectors: bool = False) -> dict[str, Point]:
        """The points with these ids; see `interface.Collection.retrieve`."""
        if not ids:
            return {}
        wanted = tuple(ids)
        points: dict[str, Point] = {}
        for start in range(0, len(wanted), _IDS_A_READ):
            with self._open_shard() as shard:
                found = shard.retrieve(
                    [*wanted[start : start + _IDS_A_READ]], with_payload=True, with_vector=with_vectors
                )
            points.update((point.id, point) for point in map(_to_point, found))
        return points

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
        """The nearest products, unchecked; see `interface.Collection.search`."""
        check_vector(vector, self._generation.dimension)
        query = edge.Query.Nearest(vector.tolist(), VECTOR_NAME)
        always = [*([where] if where else []), *([Not(HasId(frozenset(without)))] if without else [])]

        def nearest(narrowed: Condition | None, limit: int) -> list[edge.ScoredPoint]:
            conditions = (*always, *([narrowed] if narrowed else []))
            wanted = to_filter(AllOf(conditions)) if conditions else None
            with self._open_shard() as shard:
                return shard.query(
                    edge.QueryRequest(
                        limit=limit,
                        query=query,
                        filter=wanted,
                        params=_SEARCH,
                        with_payload=list(RANKED_FIELDS),
                    )
                )

        groups = nearest_products(nearest, limit=limit, hits_per_product=hits_per_product)
        # Records are read after the hits: a record never tells of points that are not there yet.
        records = self.retrieve(groups.keys()) if with_records else {}
        return [
            Candidate(
                product,
                # Attributes are converted when they are read, so only of the hits that are left.
                tuple(ScoredPoint(str(hit.id), hit.score, hit.payload or {}) for hit in hits),
                records[product].payload if product in records else None,
            )
            for product, hits in groups.items()
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
        with self._open_shard() as shard:
            found, next_id = shard.scroll(
                edge.ScrollRequest(
                    offset=from_id,
                    limit=limit,
                    filter=to_filter(where),
                    with_payload=True,
                    with_vector=with_vectors,
                )
            )
        return Page(tuple(map(_to_point, found)), None if next_id is None else str(next_id))

    def count(self, where: Condition) -> int:
        """How many points satisfy the condition, exactly."""
        with self._open_shard() as shard:
            return shard.count(edge.CountRequest(exact=True, filter=to_filter(where)))

    def disk_bytes(self) -> int:
        """What the generation's folder takes of the disk."""
        with self._open_shard():
            return taken_bytes(self._folder)

    def maintain(self) -> None:
        """Bring what is in memory to the disk, so that the next start has less of the log to read.

        Optimising stops the whole process for seconds, so it happens when a collection is opened.
        """
        with self._open_shard() as shard:
            shard.flush()

    def close(self) -> None:
        """Flush and let go of the folder; later calls raise GenerationMissing. Idempotent."""
        shard = self._shard
        if shard is None:
            return
        self._shard = None
        with translated_failures(f"generation {self._generation.name}"):
            try:
                shard.flush()
            finally:
                shard.close()

    @contextmanager
    def _open_shard(self) -> Iterator[edge.EdgeShard]:
        try:
            with translated_failures(f"generation {self._generation.name}"):
                yield self._shard_or_missing()
        except (StoreCorrupt, StoreUnavailable):
            # A call that was under way when the collection was closed fails in the engine.
            self._shard_or_missing()
            raise

    def _shard_or_missing(self) -> edge.EdgeShard:
        if self._shard is None:
            raise GenerationMissing(
                f"generation {self._generation.name} is no longer open: dropped or closed"
            )
        return self._shard


def _to_update(operation: Operation) -> edge.UpdateOperation:
    if isinstance(operation, DeletePoints):
        return edge.UpdateOperation.delete_points_by_filter(to_filter(operation.where))
    points = [
        edge.Point(
            point.id,
            {} if point.vector is None else {VECTOR_NAME: point.vector.tolist()},
            dict(point.payload),
        )
        for point in operation.points
    ]
    return edge.UpdateOperation.upsert_points(points, condition=to_filter(operation.only_over))


def _to_point(found: edge.Record) -> Point:
    vectors = cast(dict[str, list[float]] | None, found.vector) or {}
    vector = vectors.get(VECTOR_NAME)
    payload: Payload = found.payload or {}
    return Point(str(found.id), payload, None if vector is None else np.asarray(vector, dtype=np.float32))
