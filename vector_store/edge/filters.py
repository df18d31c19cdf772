"""Conditions as Qdrant Edge wants them."""

from typing import TypeAlias, assert_never

import numpy as np
import qdrant_edge as edge

from vector_store.conditions import AllOf, AnyOf, Condition, Equals, HasId, Not, OneOf, Range, Scalar
from vector_store.json_path import to_json_path

EdgeCondition: TypeAlias = edge.FieldCondition | edge.HasIdCondition | edge.Filter


def to_filter(condition: Condition) -> edge.Filter:
    """The condition as a whole filter, no deeper than need be: see `AllOf`."""
    if isinstance(condition, AllOf) and len(condition.conditions) == 1:
        return to_filter(condition.conditions[0])
    translated = _translate(condition)
    return translated if isinstance(translated, edge.Filter) else edge.Filter(must=[translated])


def _translate(condition: Condition) -> EdgeCondition:
    match condition:
        case Equals(field, value):
            return edge.FieldCondition(to_json_path(field), match=_match_value(value))
        case OneOf(field, values):
            return edge.FieldCondition(to_json_path(field), match=edge.MatchAny(list(values)))  # type: ignore[arg-type]  # homogeneous
        case Range(field):
            one = condition.tightest()
            bounds = edge.RangeFloat(gt=one.gt, gte=one.gte, lt=one.lt, lte=one.lte)
            return edge.FieldCondition(to_json_path(field), range=bounds)
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


def _match_value(value: Scalar) -> edge.MatchValue:
    # The engine takes a Python bool for the integer that it also is, but NumPy's for what it says.
    return edge.MatchValue(np.bool_(value) if isinstance(value, bool) else value)  # type: ignore[arg-type]
