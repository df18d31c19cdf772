"""Conditions as Qdrant Edge gets them."""

from vector_store import AllOf, AnyOf, Condition, Equals, Not
from vector_store.edge.filters import to_filter


def as_sent(condition: Condition) -> str:
    return str(to_filter(condition))


def test_a_single_condition_is_not_wrapped() -> None:
    """A filter with nothing but another in it takes the engine three times as long."""
    one, choice = Equals("a", 1), AnyOf((Equals("a", 1), Equals("a", 2)))
    assert as_sent(AllOf((AllOf((one,)),))) == as_sent(one)
    assert as_sent(AllOf((choice,))) == as_sent(choice)
    assert as_sent(AllOf((Not(one),))) == as_sent(Not(one))
    assert as_sent(AllOf((one, choice))) != as_sent(one)
