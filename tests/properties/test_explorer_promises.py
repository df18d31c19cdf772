"""The write protocol holds in every interleaving of small scopes: see docs/explanation/correctness.md."""

from collections.abc import Callable

import pytest
from _pytest.mark import ParameterSet

from tests.properties.explorer.explore import Exploration, Explorer
from tests.properties.explorer.scope import Scope
from tests.properties.explorer.scopes import LARGE, SMALL

# Those of the large ones that take seconds: CI's. The others take some nine minutes of a core: make chaos's.
BRIEF = frozenset(
    {
        "a new life after a delete, requests sent again, two late ones at a time",
        "two members and an audit",
        "two products, three events in a row",
        "two updates of the same moment, and a mender",
    }
)


def _name(scope: Scope) -> str:
    return scope.name


def _marked(scope: Scope) -> ParameterSet:
    marks = [] if scope.name in BRIEF else [pytest.mark.exhaustive]
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


def test_what_is_meant_for_every_run_is_there() -> None:
    """A renamed scope would otherwise leave it unseen."""
    assert {scope.name for scope in LARGE} >= BRIEF
