"""The write protocol holds in every interleaving of small scopes: see docs/explanation/correctness.md."""

from collections.abc import Callable

import pytest
from _pytest.mark import ParameterSet

from tests.properties.explorer.explore import Exploration, Explorer
from tests.properties.explorer.scope import Scope
from tests.properties.explorer.scopes import LARGE, SMALL

# The longest of the large ones: together they take some six minutes of a core.
EXHAUSTIVE = frozenset(
    {
        "lost points, an audit, a mender that fails, an update",
        "a search, an update with other images, a mender",
        "two states in one request, and a mender",
        "a delete and a new life are redriven out of order",
        "two members, a mender, an update with fewer images",
    }
)


def _name(scope: Scope) -> str:
    return scope.name


def _marked(scope: Scope) -> ParameterSet:
    marks = [pytest.mark.exhaustive] if scope.name in EXHAUSTIVE else []
    return pytest.param(scope, marks=marks, id=scope.name)


@pytest.mark.parametrize("scope", SMALL, ids=_name)
def test_every_interleaving_of_a_small_scope_keeps_every_promise(
    scope: Scope, tell: Callable[[Exploration], None]
) -> None:
    """Searches see old or new states, records never step back, and the end is the fold of the log."""
    _explore(scope, tell)


@pytest.mark.integration
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scope", [_marked(scope) for scope in LARGE])
def test_every_interleaving_of_a_large_scope_keeps_every_promise(
    scope: Scope, tell: Callable[[Exploration], None]
) -> None:
    """The same, with more members, events and failures at a time: millions of states."""
    _explore(scope, tell)


def _explore(scope: Scope, tell: Callable[[Exploration], None]) -> None:
    exploration = Explorer(scope).run()
    tell(exploration)
    assert exploration.broken is None, str(exploration.broken)
    assert exploration.ends > 0


def test_what_is_left_to_long_runs_is_there() -> None:
    """A renamed scope would otherwise come back into every run."""
    assert {scope.name for scope in LARGE} >= EXHAUSTIVE
