"""The three things a shop can say of a product."""

from enum import StrEnum


class EventType(StrEnum):
    """The `type` of a product event. `created` and `updated` mean the same: it now looks like this."""

    CREATED = "product.created"
    UPDATED = "product.updated"
    DELETED = "product.deleted"
