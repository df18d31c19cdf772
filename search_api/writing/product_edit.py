"""What one call wants of one product."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ImageToStore:
    """A picture by its URL (http, https, or data: of an upload). image_id: its name within the product."""

    url: str
    image_id: str | None = None


@dataclass(frozen=True, slots=True)
class ImageToRemove:
    """A picture by its name within the product, or by its URL."""

    image_id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ProductEdit:
    """One change of one product: its removal, or all of the rest together.

    fields: what else the call says of the product, by the names of `product_events.Product`; what it leaves
    out stays as it is. refetch: the pictures are downloaded again, though their URLs are known.
    """

    product_id: str
    store: tuple[ImageToStore, ...] = ()
    remove: ImageToRemove | None = None
    remove_product: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    refetch: bool = False
