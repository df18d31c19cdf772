import product_events
from product_events import EventError


def test_the_tree_is_the_one_that_is_documented() -> None:
    """Every leaf is public, direct, and drawn in the module's docstring."""
    leaves = EventError.__subclasses__()
    assert all(not leaf.__subclasses__() for leaf in leaves)
    assert {leaf.__name__ for leaf in leaves} <= set(product_events.__all__)
    drawn = product_events.errors.__doc__ or ""
    assert all(f"── {leaf.__name__} " in drawn for leaf in leaves)
    assert drawn.count("── ") == len(leaves)


def test_a_reason_is_one_short_line() -> None:
    """Line feeds and endless input do not reach a log or a dead letter's header."""
    reason = str(EventError("a\n b\t\x0bc" + "x" * 10_000))
    assert reason.startswith("a b cx")
    assert len(reason) == 500
    assert str(EventError("plain")) == "plain"
