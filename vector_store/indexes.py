"""Which fields of points are indexed, for filters and for the store's own questions."""

from collections.abc import Mapping

from vector_store.filterable import FILTERABLE_FIELDS
from vector_store.generation import Generation
from vector_store.json_path import to_json_path


def indexes_of(generation: Generation) -> Mapping[str, str]:
    """By the path of the field, the kind of its index: keyword, integer, float, bool or uuid."""
    attributes = {
        to_json_path(f"attributes.{name}"): kind for name, kind in generation.filterable_attributes.items()
    }
    return {"product": "uuid", "kind": "keyword", "retry_at": "integer", **FILTERABLE_FIELDS, **attributes}
