"""One search, from a query to its answer."""

from collections.abc import Callable
from dataclasses import dataclass

from search_api.errors import InvalidRequest, QueryIdOutdated
from search_api.index.photo_index import index_for_photo
from search_api.index.product_data import hit_data
from search_api.parts import Parts
from search_api.queries.facets import facet_counts, facet_fields
from search_api.queries.filters import condition_of
from search_api.queries.query import Query
from search_api.queries.query_ids import KeptQuery
from search_api.queries.query_image import Photo, PhotoReader
from search_api.queries.query_vector import mean_vector, towards, vectors_of_products
from search_api.queries.result_page import page_of
from search_api.schemas import QueryEcho, SimilarAnswer
from search_api.stopwatch import Stopwatch
from vector_store import ProductIndex
from vector_store.identity import product_uuid
from vector_store.points import Vector


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked for, but for the examples.

    vector: float32 [dimension]; None where there are only examples.
    left_out: uuids of products that are never in the answer, as an earlier one had them.
    """

    vector: Vector | None
    left_out: frozenset[str] = frozenset()


def find_similar(parts: Parts, query: Query, watch: Stopwatch) -> SimilarAnswer:
    """The products most similar to the query, each checked against its record.

    Blocks for as long as fetching, embedding and the store take. Raises InvalidRequest, ProductUnknown,
    NothingIndexed, QueryIdOutdated, NotReady, TooBusy, ImageError, ModelError, StoreError.
    """
    photos = photos_of(parts, query, watch)

    def work(current: ProductIndex) -> SimilarAnswer:
        if query.query_id is not None:
            index, kept = index_for_query_id(parts, current, query.query_id)
            return answer(parts, index, query, lambda: kept, watch)
        if not photos:
            return answer(parts, current, query, lambda: product_subject(current, query, watch), watch)
        index, embedder = index_for_photo(current, parts.index, parts.embedders)

        def look_at_photos() -> Subject:
            reader = PhotoReader(embedder, parts.decode_limits, parts.photo_lines, watch)
            return photo_subject(query, reader.vectors(photos))

        return answer(parts, index, query, look_at_photos, watch)

    return parts.index.do(work)


def photos_of(parts: Parts, query: Query, watch: Stopwatch) -> list[Photo]:
    """The query's photos, fetched if need be; none where no photo is looked for. Raises ImageError."""
    if query.image_url is None:
        return [Photo(each, query.box) for each in query.photos]
    with watch.stage("fetch"):
        return [Photo(parts.fetcher.fetch(query.image_url), query.box)]


def photo_subject(query: Query, vectors: list[Vector]) -> Subject:
    """Vectors of the query's photos, in their order, as one. Raises InvalidRequest where they cancel out."""
    mean = vectors[0] if len(vectors) == 1 else mean_vector(vectors, query.weights)
    if mean is None:
        raise InvalidRequest.of("file", "the photos cancel each other out")
    return Subject(mean)


def product_subject(index: ProductIndex, query: Query, watch: Stopwatch) -> Subject:
    """The product that is looked for; where there is none, nothing. Raises ProductUnknown, NothingIndexed."""
    if query.product_id is None:
        return Subject(None)
    with watch.stage("look_up"):
        (vector,) = vectors_of_products(index, [query.product_id])
    return Subject(vector, frozenset({product_uuid(query.product_id)}))


def index_for_query_id(parts: Parts, current: ProductIndex, query_id: str) -> tuple[ProductIndex, Subject]:
    """The generation whose model's vector the query id holds, and what it stands for.

    As with photos, the generation before the current one answers for a while after a switch. Raises
    InvalidRequest, QueryIdOutdated.
    """
    kept = parts.query_ids.read(query_id)
    subject = Subject(kept.vector, kept.left_out)
    for index in (current, parts.index.before(current)):
        if index is not None and index.generation.model_version == kept.model_version:
            return index, subject
    raise QueryIdOutdated(
        f"this query_id is of model {kept.model_version}, and the index of another: send the photo again"
    )


def answer(
    parts: Parts, index: ProductIndex, query: Query, find_subject: Callable[[], Subject], watch: Stopwatch
) -> SimilarAnswer:
    """The search itself, on this generation. Blocks; raises as `find_similar`."""
    generation = index.generation
    # What is wrong with filters and facets is said before anything is embedded.
    where = condition_of(query.filters, generation.filterable_attributes, strict=query.strict)
    fields = facet_fields(query.facets, generation.filterable_attributes)
    kept = _with_examples(index, query, find_subject(), watch)
    with watch.stage("search"):
        ranking = index.ranking(
            kept.vector, where=where, without=kept.left_out.union(map(product_uuid, query.exclude))
        )
        page = page_of(ranking, query, whole=bool(fields))
        hits = [hit_data(each) for each in page.shown]
        facets = facet_counts((each.record for each in page.read), fields, generation.filterable_attributes)
    return SimilarAnswer(
        query=QueryEcho(
            kind=query.kind, product_id=query.product_id, like=list(query.like), unlike=list(query.unlike)
        ),
        hits=hits,
        offset=query.offset,
        limit=query.limit,
        has_more=page.has_more,
        facets=facets,
        query_id=parts.query_ids.write(kept),
        generation=generation.name,
        model_version=generation.model_version,
        timings_ms=watch.milliseconds(),
    )


def _with_examples(index: ProductIndex, query: Query, subject: Subject, watch: Stopwatch) -> KeptQuery:
    """The vector to look for, and the products to leave out: the subject's, and the examples."""
    version = index.generation.model_version
    examples = (*query.like, *query.unlike)
    if not examples:
        if subject.vector is None:
            raise AssertionError("a query has a subject or examples")
        return KeptQuery(version, subject.vector, subject.left_out)
    with watch.stage("look_up"):
        vectors = vectors_of_products(index, examples)
    liked = vectors[: len(query.like)]
    wanted = liked if subject.vector is None else [subject.vector, *liked]
    return KeptQuery(
        version,
        towards(wanted, vectors[len(query.like) :]),
        subject.left_out.union(map(product_uuid, examples)),
    )
