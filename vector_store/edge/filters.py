"""Conditions as Qdrant Edge wants them."""

from typing import TypeAlias, assert_never

import qdrant_edge as edge

from vector_store.conditions import AllOf, AnyOf, Condition, Equals, HasId, Not, OneOf, Range

EdgeCondition: TypeAlias = edge.FieldCondition | edge.HasIdCondition | edge.Filter


def to_filter(condition: Condition) -> edge.Filter:
    """The condition as a whole filter."""
    translated = _translate(condition)
    return translated if isinstance(translated, edge.Filter) else edge.Filter(must=[translated])


def _translate(condition: Condition) -> EdgeCondition:
    match condition:
        case Equals(field, value):
            return edge.FieldCondition(field, match=edge.MatchValue(value))
        case OneOf(field, values):
            return edge.FieldCondition(field, match=edge.MatchAny(list(values)))  # type: ignore[arg-type]  # homogeneous
        case Range(field, gt, gte, lt, lte):
            return edge.FieldCondition(field, range=edge.RangeFloat(gt=gt, gte=gte, lt=lt, lte=lte))
        case HasId(ids):
            return edge.HasIdCondition(set(ids))
        case AllOf(conditions):
            return edge.Filter(must=[_translate(each) for each in conditions])
        case AnyOf(conditions):
            return edge.Filter(should=[_translate(each) for each in conditions])
        case Not(inner):
            return edge.Filter(must_not=[_translate(inner)])
        case _:
            assert_never(condition)
