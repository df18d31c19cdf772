"""The ids of points: the same product and image get the same id on every machine, for ever."""

from uuid import UUID, uuid5

_NAMESPACE = UUID("7d9f35b0-6a3e-5c1f-9a52-2f6f7c1d8e44")


def product_uuid(product_id: str) -> str:
    """The id of the product's record, and the `product` field of its image points."""
    return str(uuid5(_NAMESPACE, product_id))


def image_point_uuid(product_id: str, image_key: str) -> str:
    """The id of the point of one image of one product."""
    return str(uuid5(UUID(product_uuid(product_id)), image_key))


STATUS_POINT_ID = "4b1d7f52-3c0e-4e0b-8a75-d1f2c6a3b9e0"
"""The id of a generation's status point; a version 4 UUID, which no uuid5 above can equal."""
