"""Filters of Qdrant's client as conditions: the way back from `vector_store.server.filters`."""

from qdrant_client import models

from vector_store import AllOf, AnyOf, Condition, Equals, HasId, Not, OneOf, Range


def condition_of(condition: models.Condition) -> Condition:
    """The condition that this filter was made of. Raises ValueError for what the product never asks."""
    match condition:
        case models.Filter():
            parts = [condition_of(each) for each in _listed(condition.must)]
            parts += [Not(condition_of(each)) for each in _listed(condition.must_not)]
            if choices := _listed(condition.should):
                parts.append(AnyOf(tuple(condition_of(each) for each in choices)))
            return AllOf(tuple(parts))
        case models.HasIdCondition():
            return HasId(frozenset(str(each) for each in condition.has_id))
        case models.FieldCondition(key=key, match=models.MatchValue(value=value)):
            return Equals(_field_of(key), value)
        case models.FieldCondition(key=key, match=models.MatchAny(any=values)):
            return OneOf(_field_of(key), tuple(values))  # type: ignore[arg-type]  # of one type
        case models.FieldCondition(key=key, range=models.Range() as bounds):
            return Range(_field_of(key), gt=bounds.gt, gte=bounds.gte, lt=bounds.lt, lte=bounds.lte)
        case _:
            raise ValueError(f"the engine server has no such condition: {condition!r}")


def _listed(conditions: models.Condition | list[models.Condition] | None) -> list[models.Condition]:
    if conditions is None:
        return []
    return conditions if isinstance(conditions, list) else [conditions]


def _field_of(path: str) -> str:
    return path.replace('"', "")
