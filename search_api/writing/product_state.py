"""What is known of a product before a change, and what it is after. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import ValidationError

from product_events import Product, ProductImage
from search_api.errors import FieldError, ImageUnknown, InvalidRequest, ProductUnknown
from search_api.writing.product_edit import ImageToRemove, ImageToStore, ProductEdit
from vector_store import ProductRecord, Stamp

_MAX_ERRORS = 20


@dataclass(frozen=True, slots=True)
class ProductState:
    """A product as its last event says. stamp: that event's. product: without images; None once deleted."""

    stamp: Stamp
    product: Mapping[str, Any] | None = None
    images: tuple[ProductImage, ...] = field(default=())

    @classmethod
    def of_record(cls, record: ProductRecord) -> Self:
        """As the index has it: every image counts, those too that are pending or have failed."""
        if not record.live:
            return cls(record.stamp)
        images = tuple(
            ProductImage(url=image.url, public_id=image.public_id, version=image.version)
            for image in record.images
        )
        return cls(record.stamp, record.product or {}, images)

    @property
    def order(self) -> int:
        """What the last event was ordered by."""
        return self.stamp.revision // 2


def later(known: ProductState | None, record: ProductRecord | None) -> ProductState | None:
    """The later of what was published here and what the index has read."""
    if record is None:
        return known
    if known is None or record.stamp >= known.stamp:
        return ProductState.of_record(record)
    return known


def edited(state: ProductState | None, edit: ProductEdit) -> Product:
    """The whole product after the change; nothing that the change does not name is lost.

    Raises InvalidRequest, and ProductUnknown or ImageUnknown where there is nothing to remove.
    """
    live = state if state is not None and state.product is not None else None
    images = list(live.images) if live is not None else []
    if edit.remove is not None:
        if live is None:
            raise ProductUnknown(f"there is no product {edit.product_id[:100]}")
        del images[_place_to_remove(images, edit.remove)]
    for image in edit.store:
        _store(images, image)
    known = dict(live.product or {}) if live is not None else {}
    whole = {**known, **edit.fields, "id": edit.product_id, "images": [each.model_dump() for each in images]}
    try:
        return Product.model_validate(whole)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[:_MAX_ERRORS]
        raise InvalidRequest(
            *(FieldError(".".join(map(str, each["loc"])) or "body", each["msg"]) for each in found)
        ) from error


def _store(images: list[ProductImage], image: ImageToStore) -> None:
    """Add it, or put it where the product has its name or its URL already."""
    by_name = [n for n, each in enumerate(images) if image.image_id and each.public_id == image.image_id]
    place = next(iter(by_name or [n for n, each in enumerate(images) if each.url == image.url]), None)
    if place is None:
        images.append(ProductImage(url=image.url, public_id=image.image_id))
        return
    before = images[place]
    images[place] = ProductImage(
        url=image.url,
        public_id=image.image_id or before.public_id,
        version=before.version if before.url == image.url else None,
    )


def _place_to_remove(images: list[ProductImage], wanted: ImageToRemove) -> int:
    for place, image in enumerate(images):
        if image.public_id == wanted.image_id if wanted.image_id is not None else image.url == wanted.url:
            return place
    raise ImageUnknown(f"the product has no image {(wanted.image_id or wanted.url or '')[:200]}")
