"""One search, from a query to its answer."""

from collections.abc import Callable

from search_api.filters import condition_of
from search_api.parts import Parts
from search_api.photo_index import index_for_photo
from search_api.product_data import matched_images, product_data
from search_api.query import Query
from search_api.query_image import vector_of_photo, vector_of_product
from search_api.schemas import Hit, QueryEcho, SimilarAnswer
from search_api.stopwatch import Stopwatch
from vector_store import ProductIndex
from vector_store.points import Vector


def find_similar(parts: Parts, query: Query, watch: Stopwatch) -> SimilarAnswer:
    """The products most similar to the query, each checked against its record.

    Blocks for as long as fetching, embedding and the store take. Raises InvalidRequest, ProductUnknown,
    NothingIndexed, NotReady, TooBusy, ImageError, ModelError, StoreError.
    """
    photo = query.photo
    if query.image_url is not None:
        with watch.stage("fetch"):
            photo = parts.fetcher.fetch(query.image_url)

    def work(current: ProductIndex) -> SimilarAnswer:
        if photo is None:
            return _answer(current, query, lambda: _vector_of_product(current, query, watch), watch)
        index, embedder = index_for_photo(current, parts.index, parts.embedders)
        return _answer(
            index,
            query,
            lambda: vector_of_photo(photo, embedder, parts.decode_limits, parts.photo_lines, watch),
            watch,
        )

    return parts.index.do(work)


def _vector_of_product(index: ProductIndex, query: Query, watch: Stopwatch) -> Vector:
    if query.product_id is None:
        raise AssertionError("a query has a photo, a URL or a product")
    return vector_of_product(index, query.product_id, watch)


def _answer(
    index: ProductIndex, query: Query, find_vector: Callable[[], Vector], watch: Stopwatch
) -> SimilarAnswer:
    generation = index.generation
    # What is wrong with a filter is said before anything is embedded.
    where = condition_of(query.filters, generation.filterable_attributes, strict=query.strict)
    vector = find_vector()
    with watch.stage("search"):
        found = index.similar(vector, limit=query.limit, where=where, without_product=query.product_id)
        hits = []
        for each in found:
            images = matched_images(each)
            hits.append(
                Hit(
                    score=images[0].score,
                    image=images[0],
                    matched_images=images,
                    product=product_data(each.record),
                )
            )
    return SimilarAnswer(
        query=QueryEcho(kind=query.kind, product_id=query.product_id),
        hits=hits,
        generation=generation.name,
        model_version=generation.model_version,
        timings_ms=watch.milliseconds(),
    )
