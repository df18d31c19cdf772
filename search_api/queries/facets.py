"""Which values the products of an answer have, and how often."""

from collections import Counter
from collections.abc import Iterable, Mapping

from search_api.errors import FieldError, InvalidRequest
from search_api.queries.filters import field_kinds
from search_api.queries.similar_request import EVERY_FACET
from search_api.schemas import FacetCount, FacetValue
from vector_store import ProductRecord
from vector_store.filterable import FILTERABLE_FIELDS, filterable_part

_MOST_VALUES = 100


def facet_fields(asked: Iterable[str], attributes: Mapping[str, str]) -> list[str]:
    """The fields to count; attributes: name → type of the generation's. Raises InvalidRequest."""
    kinds = field_kinds(attributes)
    wanted = list(asked)
    if EVERY_FACET in wanted:
        return list(kinds)
    if unknown := [name for name in wanted if name not in kinds]:
        known = ", ".join(sorted(kinds))
        raise InvalidRequest(
            *(FieldError("facets", f"{name[:100]} is unknown; this index has {known}") for name in unknown)
        )
    return wanted


def facet_counts(
    records: Iterable[ProductRecord], fields: Iterable[str], attributes: Mapping[str, str]
) -> dict[str, list[FacetCount]]:
    """By field the values that most products have first, at most 100, as filters see them.

    A product counts once for each of its values.
    """
    counters: dict[str, Counter[FacetValue]] = {field: Counter() for field in fields}
    if not counters:
        return {}
    for record in records:
        part = filterable_part(record.product or {}, attributes)
        typed = part.get("attributes")
        for field, counter in counters.items():
            place = part if field in FILTERABLE_FIELDS else typed
            counter.update(set(_values(place, field)))
    return {field: _most_frequent(counter) for field, counter in counters.items()}


def _values(place: object, field: str) -> list[FacetValue]:
    found = place.get(field) if isinstance(place, Mapping) else None
    listed = found if isinstance(found, list | tuple) else [found]
    return [each for each in listed if isinstance(each, str | int | float)]


def _most_frequent(counter: Counter[FacetValue]) -> list[FacetCount]:
    ordered = sorted(counter.items(), key=lambda each: (-each[1], str(each[0])))
    return [FacetCount(value=value, count=count) for value, count in ordered[:_MOST_VALUES]]
