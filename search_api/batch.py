"""Several searches in one request: photos are embedded together, and none fails for another."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TypeAlias

from images import FetchTimedOut
from model.embedder import Embedder
from model.errors import BadEmbedding
from model.preprocessing import Pixels
from search_api.index.photo_index import index_for_photo
from search_api.parts import Parts
from search_api.queries.query import Query
from search_api.queries.query_image import PhotoReader
from search_api.schemas import SimilarAnswer
from search_api.similar import Subject, answer, index_for_query_id, photo_subject, photos_of, product_subject
from search_api.stopwatch import Stopwatch
from vector_store import GenerationMissing, ProductIndex
from vector_store.points import Vector

_FETCHES_AT_ONCE = 8
_FETCH_SECONDS = 30.0

Outcome: TypeAlias = SimilarAnswer | Exception
"""An answer, or why there is none."""


def find_similar_batch(
    parts: Parts,
    asked: Sequence[Query | Exception],
    watch: Stopwatch,
    *,
    clock: Callable[[], float] = monotonic,
) -> list[Outcome]:
    """An outcome for each query, in their order, all of them on one generation.

    asked: queries, and what was wrong with those that could not be read.
    Blocks for as long as fetching (at most 30 s and one image's deadline), embedding and the store take.
    Raises NoGeneration, StoreError where no query at all can be answered.
    """

    def work(current: ProductIndex) -> list[Outcome]:
        return _Batch(parts, current, asked, watch, clock).outcomes()

    return parts.index.do(work)


class _Batch:
    def __init__(
        self,
        parts: Parts,
        current: ProductIndex,
        asked: Sequence[Query | Exception],
        watch: Stopwatch,
        clock: Callable[[], float],
    ) -> None:
        self._parts = parts
        self._current = current
        self._asked = asked
        self._watch = watch
        self._clock = clock

    def outcomes(self) -> list[Outcome]:
        photos = [
            number
            for number, query in enumerate(self._asked)
            if isinstance(query, Query) and query.kind == "image_url"
        ]
        found: Mapping[int, Vector | Exception] = {}
        index = self._current
        if photos:
            try:
                index, embedder = index_for_photo(self._current, self._parts.index, self._parts.embedders)
                found = self._vectors(photos, embedder)
            except Exception as error:  # noqa: BLE001  # an outcome of its queries; others need no model
                found = dict.fromkeys(photos, error)
        return [self._outcome(number, query, index, found) for number, query in enumerate(self._asked)]

    def _outcome(
        self,
        number: int,
        query: Query | Exception,
        photo_index: ProductIndex,
        found: Mapping[int, Vector | Exception],
    ) -> Outcome:
        try:
            if isinstance(query, Exception):
                return query
            if number in found:
                return self._answer(photo_index, query, lambda: _photo_subject(query, found[number]))
            if query.query_id is not None:
                index, kept = index_for_query_id(self._parts, self._current, query.query_id)
                return self._answer(index, query, lambda: kept)
            return self._answer(
                self._current, query, lambda: product_subject(self._current, query, self._watch)
            )
        except GenerationMissing:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the other queries are answered
            return error

    def _answer(
        self, index: ProductIndex, query: Query, find_subject: Callable[[], Subject]
    ) -> SimilarAnswer:
        found = answer(self._parts, index, query, find_subject, self._watch)
        return found.model_copy(update={"timings_ms": None})

    def _vectors(self, numbers: Sequence[int], embedder: Embedder) -> dict[int, Vector | Exception]:
        reader = PhotoReader(embedder, self._parts.decode_limits, self._parts.photo_lines, self._watch)
        with self._watch.stage("fetch_and_decode"):
            prepared = self._prepared(numbers, reader)
        good = {number: each for number, each in prepared.items() if not isinstance(each, Exception)}
        failed = {number: each for number, each in prepared.items() if isinstance(each, Exception)}
        try:
            vectors = reader.embedded(list(good.values()))
            return {**failed, **dict(zip(good, vectors, strict=True))}
        except BadEmbedding:
            # One by one, so that only the picture fails that the model makes nonsense of.
            return {
                **failed,
                **{number: self._embedded_alone(each, reader) for number, each in good.items()},
            }

    def _embedded_alone(self, pixels: Pixels, reader: PhotoReader) -> Vector | Exception:
        try:
            (vector,) = reader.embedded([pixels])
        except BadEmbedding as error:
            return error
        return vector

    def _prepared(self, numbers: Sequence[int], reader: PhotoReader) -> dict[int, Pixels | Exception]:
        """Fetched by a few threads at once, each decoded as soon as it is there, and its bytes let go."""
        deadline = self._clock() + _FETCH_SECONDS

        def prepare(number: int) -> Pixels | Exception:
            query = self._asked[number]
            # Threads have no part in the request's own stopwatch.
            watch = Stopwatch()
            try:
                if not isinstance(query, Query):
                    raise AssertionError("only queries have photos")
                if self._clock() >= deadline:
                    raise FetchTimedOut(
                        "the batch's time for fetching photos is over", url=query.image_url or ""
                    )
                (photo,) = photos_of(self._parts, query, watch)
                return reader.prepared(photo, watch)
            except Exception as error:  # noqa: BLE001  # an outcome of its query
                return error

        with ThreadPoolExecutor(min(_FETCHES_AT_ONCE, len(numbers)), "batch-fetch") as threads:
            return dict(zip(numbers, threads.map(prepare, numbers), strict=True))


def _photo_subject(query: Query, found: Vector | Exception) -> Subject:
    if isinstance(found, Exception):
        raise found
    return photo_subject(query, [found])
