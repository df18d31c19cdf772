"""A product's next state, once its images have been tried. Pure: the explorer runs it as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from consumer.image_retry import RetryPolicy, after_failure, after_success
from consumer.steps.decide import Plan
from product_events import Product
from vector_store import ImagePoint, ImageState, ImageStatus, ProductRecord, ProductWrite, filterable_part
from vector_store.points import Vector


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a product's images, by image key.

    vectors: float32 [dimension], stored ones that serve again included.
    errors: why there is none.
    """

    vectors: Mapping[str, Vector]
    errors: Mapping[str, Exception]


@dataclass(frozen=True, slots=True)
class NextState:
    """What to write, and the images that have failed for good in this try: each is a dead letter."""

    write: ProductWrite
    failed: tuple[ImageState, ...]


@dataclass(frozen=True, slots=True)
class StateRules:
    """What a state depends on besides events and images."""

    retry: RetryPolicy
    filterable_attributes: Mapping[str, str]


def state_of_event(plan: Plan, tried: Tried, *, now_ms: int, rules: StateRules) -> NextState:
    """The state that an event brings; `tried` covers all images of the plan."""
    change, product = plan.change, plan.change.product
    images = tuple(
        _after_try(
            ImageState(i.key, i.url, ImageStatus.PENDING, public_id=i.public_id, version=i.version),
            tried,
            event_time_ms=change.event_time_ms,
            now_ms=now_ms,
            policy=rules.retry,
        )
        for i in (product.images if product is not None else ())
    )
    record = ProductRecord(
        product_id=change.product_id,
        stamp=plan.stamp,
        images=images,
        product=None if product is None else _without_images(product),
        digest="" if product is None else content_digest(product),
        event_time_ms=change.event_time_ms,
        indexed_time_ms=now_ms,
        source=plan.source,
    )
    return _next_state(record, tried, rules)


def state_of_retry(record: ProductRecord, tried: Tried, *, now_ms: int, rules: StateRules) -> NextState:
    """The same state with those of its pending images settled that `tried` covers; it only adds images."""
    covered = tried.vectors.keys() | tried.errors.keys()
    images = tuple(
        _after_try(image, tried, event_time_ms=record.event_time_ms, now_ms=now_ms, policy=rules.retry)
        if image.status is ImageStatus.PENDING and image.key in covered
        else image
        for image in record.images
    )
    retried = replace(record, stamp=record.stamp.next_attempt(), images=images, indexed_time_ms=now_ms)
    return _next_state(retried, tried, rules)


def content_digest(product: Product) -> str:
    """32 hex digits that tell whether two descriptions of a product are the same."""
    return sha256(product.model_dump_json().encode()).hexdigest()[:32]


def _next_state(record: ProductRecord, tried: Tried, rules: StateRules) -> NextState:
    filterable = filterable_part(record.product or {}, rules.filterable_attributes)
    points = tuple(
        ImagePoint(record.product_id, image.key, tried.vectors[image.key], record.stamp, filterable)
        for image in record.images
        if image.status is ImageStatus.INDEXED and image.key in tried.vectors
    )
    failed = tuple(
        image for image in record.images if image.status is ImageStatus.FAILED and image.key in tried.errors
    )
    return NextState(ProductWrite(record, points), failed)


def _after_try(
    image: ImageState, tried: Tried, *, event_time_ms: int, now_ms: int, policy: RetryPolicy
) -> ImageState:
    if image.key in tried.vectors:
        return after_success(image)
    return after_failure(
        image, tried.errors[image.key], event_time_ms=event_time_ms, now_ms=now_ms, policy=policy
    )


def _without_images(product: Product) -> Mapping[str, object]:
    whole: dict[str, object] = product.model_dump(mode="json", exclude_none=True)
    whole.pop("images", None)
    return whole
