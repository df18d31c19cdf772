"""One search, from a query to its answer."""

from search_api.filters import condition_of
from search_api.parts import Parts
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
    NothingIndexed, NotReady, ImageError, ModelError, StoreError.
    """
    photo = query.photo
    if query.image_url is not None:
        with watch.stage("fetch"):
            photo = parts.fetcher.fetch(query.image_url)
    return parts.index.do(lambda index: _answer(parts, index, query, photo, watch))


def _answer(
    parts: Parts, index: ProductIndex, query: Query, photo: bytes | None, watch: Stopwatch
) -> SimilarAnswer:
    generation = index.generation
    where = condition_of(query.filters, generation.filterable_attributes, strict=query.strict)
    vector = _vector(parts, index, query, photo, watch)
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


def _vector(parts: Parts, index: ProductIndex, query: Query, photo: bytes | None, watch: Stopwatch) -> Vector:
    if photo is not None:
        embedder = parts.embedders.get(index.generation.model_version)
        return vector_of_photo(photo, embedder, parts.decode_limits, watch)
    if query.product_id is None:
        raise AssertionError("a query has a photo, a URL or a product")
    return vector_of_product(index, query.product_id, watch)
