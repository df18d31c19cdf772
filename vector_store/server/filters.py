"""Conditions as qdrant-client wants them."""

from typing import assert_never

from qdrant_client import models

from vector_store.conditions import AllOf, AnyOf, Condition, Equals, HasId, Not, OneOf, Range
from vector_store.json_path import to_json_path


def to_filter(condition: Condition) -> models.Filter:
    """The condition as a whole filter, no deeper than need be: see `AllOf`."""
    if isinstance(condition, AllOf) and len(condition.conditions) == 1:
        return to_filter(condition.conditions[0])
    translated = _translate(condition)
    return translated if isinstance(translated, models.Filter) else models.Filter(must=[translated])


def _translate(condition: Condition) -> models.Condition:
    match condition:
        case Equals(field, value):
            return models.FieldCondition(key=to_json_path(field), match=models.MatchValue(value=value))
        case OneOf(_, ()):
            return models.HasIdCondition(has_id=[])
        case OneOf(field, values):
            return models.FieldCondition(key=to_json_path(field), match=models.MatchAny(any=list(values)))
        case Range(field):
            one = condition.tightest()
            bounds = models.Range(gt=one.gt, gte=one.gte, lt=one.lt, lte=one.lte)
            return models.FieldCondition(key=to_json_path(field), range=bounds)
        case HasId(ids):
            return models.HasIdCondition(has_id=list(ids))
        case AllOf(conditions):
            return models.Filter(must=[_translate(each) for each in conditions])
        case AnyOf(conditions):
            return models.Filter(should=[_translate(each) for each in conditions])
        case Not(inner):
            return models.Filter(must_not=[_translate(inner)])
        case _:
            assert_never(condition)
