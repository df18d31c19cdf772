"""A search as it was asked for, whatever form it came in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from search_api.errors import InvalidRequest
from search_api.queries.boxes import Box
from search_api.queries.similar_request import (
    DEFAULT_LIMIT,
    MAX_DEPTH,
    MAX_PHOTOS,
    SimilarRequest,
    TextRequest,
)

QueryKind = Literal["upload", "image_url", "product_id", "query_id", "examples"]


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for: one of `photos` (image files' bytes), `image_url`, `product_id`, `query_id`, or only
    examples: products to be like or unlike.

    weights: how much each photo counts; as many as photos.
    facets: the fields to count; `EVERY_FACET` among them: all.
    strict: whether the filters' values have the types of JSON; otherwise they are texts.
    """

    photos: tuple[bytes, ...] = ()
    weights: tuple[float, ...] = ()
    image_url: str | None = None
    product_id: str | None = None
    query_id: str | None = None
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    box: Box | None = None
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    score_threshold: float | None = None
    relative_threshold: float | None = None
    exclude: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    filters: Mapping[str, Any] | None = None
    strict: bool = True

    @property
    def kind(self) -> QueryKind:
        """What is looked for."""
        if self.photos:
            return "upload"
        if self.image_url is not None:
            return "image_url"
        if self.product_id is not None:
            return "product_id"
        return "query_id" if self.query_id is not None else "examples"


@dataclass(frozen=True, slots=True)
class QueryPart:
    """What one part of a request, its body or its URL, asks for; `strict` as in Query."""

    asked: SimilarRequest
    strict: bool


def composed_query(photos: tuple[bytes, ...], *parts: QueryPart) -> Query:
    """The query that the parts make together; what is given twice is refused, and not guessed.

    Raises InvalidRequest.
    """
    given: dict[str, Any] = {}
    strict = True
    for part in parts:
        for name in sorted(part.asked.model_fields_set):
            if name in given:
                raise InvalidRequest.of(name, "given both in the body and in the URL")
            given[name] = getattr(part.asked, name)
            strict = part.strict if name == "filters" else strict
    merged = TextRequest.model_construct(_fields_set=set(given), **given)
    _check_subject(photos, merged)
    _check_photos(photos, merged)
    if merged.offset + merged.limit > MAX_DEPTH:
        raise InvalidRequest.of("offset", f"with limit it is at most {MAX_DEPTH}")
    return Query(
        photos=photos,
        weights=tuple(merged.weights) or (1.0,) * len(photos),
        image_url=merged.image_url,
        product_id=merged.product_id,
        query_id=merged.query_id,
        like=_without_repeats(merged.like),
        unlike=_without_repeats(merged.unlike),
        box=merged.box,
        limit=merged.limit,
        offset=merged.offset,
        score_threshold=merged.score_threshold,
        relative_threshold=merged.relative_threshold,
        exclude=_without_repeats(merged.exclude),
        facets=_without_repeats(merged.facets),
        filters=merged.filters,
        strict=strict,
    )


def _check_subject(photos: tuple[bytes, ...], asked: SimilarRequest) -> None:
    wanted = ["file"] if photos else []
    wanted += [name for name in ("image_url", "product_id", "query_id") if getattr(asked, name) is not None]
    if len(wanted) > 1:
        raise InvalidRequest.of(
            wanted[1], f"cannot be combined with {wanted[0]}: look for one thing at a time"
        )
    if not wanted and not asked.like and not asked.unlike:
        raise InvalidRequest.of(
            "body",
            "nothing to look for: send a photo, an image_url, a product_id, a query_id, or products to be "
            "like or unlike",
        )
    positive = {*asked.like, *([asked.product_id] if asked.product_id is not None else [])}
    if contradicting := positive & set(asked.unlike):
        raise InvalidRequest.of("unlike", f"{min(contradicting)[:100]} is looked for too")


def _check_photos(photos: tuple[bytes, ...], asked: TextRequest) -> None:
    if len(photos) > MAX_PHOTOS:
        raise InvalidRequest.of("file", f"at most {MAX_PHOTOS} photos, not {len(photos)}")
    if b"" in photos:
        raise InvalidRequest.of("file", "the photo is empty")
    if asked.weights and len(asked.weights) != len(photos):
        raise InvalidRequest.of("weights", f"{len(asked.weights)} for {len(photos)} photos")
    if asked.box is not None and (len(photos) > 1 or not (photos or asked.image_url is not None)):
        raise InvalidRequest.of("box", "goes with one photo, uploaded or by its URL")


def _without_repeats(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
