"""Conditions as Qdrant's client writes them."""

from hypothesis import given
from hypothesis import strategies as st
from qdrant_client import models

from tests.contract.test_conditions import conditions, payloads
from tests.engine_server.conditions_of import condition_of
from vector_store import AllOf, AnyOf, Condition, Equals, HasId, Not, OneOf
from vector_store.conditions import matches
from vector_store.server.filters import to_filter


@given(conditions, payloads())
def test_nothing_of_a_condition_is_lost(condition: Condition, payload: dict[str, object]) -> None:
    """Read back, a filter decides as the condition does that it was made of."""
    assert matches(condition_of(to_filter(condition)), payload, "x") == matches(condition, payload, "x")


def test_a_choice_of_no_value_never_holds() -> None:
    """Over gRPC an empty list of values could not say of which type they are."""
    assert to_filter(OneOf("a", ())) == to_filter(HasId(frozenset()))


def test_a_filter_is_whole() -> None:
    """A single condition becomes a filter of one; types are kept; names are quoted where they must be."""
    assert to_filter(Equals("in_stock", True)) == models.Filter(
        must=[models.FieldCondition(key="in_stock", match=models.MatchValue(value=True))]
    )
    assert to_filter(Not(Equals("attributes.a b", 1))) == models.Filter(
        must_not=[models.FieldCondition(key='attributes."a b"', match=models.MatchValue(value=1))]
    )
    assert to_filter(AllOf(())) == models.Filter(must=[])


@given(st.booleans() | st.integers(-5, 5) | st.sampled_from(["1", "true"]))
def test_the_type_of_a_value_is_kept(value: bool | int | str) -> None:
    """True is not sent as 1, nor 1 as "1"."""
    sent = to_filter(Equals("a", value))
    (condition,) = sent.must if isinstance(sent.must, list) else [sent.must]
    assert isinstance(condition, models.FieldCondition)
    assert isinstance(condition.match, models.MatchValue)
    assert type(condition.match.value) is type(value)


def test_a_single_condition_is_not_wrapped() -> None:
    """A filter with nothing but another in it is harder to plan for."""
    choice = AnyOf((Equals("a", 1), Equals("a", 2)))
    assert to_filter(AllOf((choice,))) == to_filter(choice)
    assert to_filter(AllOf((Equals("a", 1),))) == to_filter(Equals("a", 1))
