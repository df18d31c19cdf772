"""The write protocol holds in every interleaving of small scopes: see docs/explanation/correctness.md."""

from collections.abc import Callable

import pytest

from tests.properties.explorer.explore import Exploration, Explorer
from tests.properties.explorer.scope import Scope
from tests.properties.explorer.scopes import LARGE, SMALL


def _name(scope: Scope) -> str:
    return scope.name


@pytest.mark.parametrize("scope", SMALL, ids=_name)
def test_every_interleaving_of_a_small_scope_keeps_every_promise(
    scope: Scope, tell: Callable[[Exploration], None]
) -> None:
    """Searches see old or new states, records never step back, and the end is the fold of the log."""
    _explore(scope, tell)


@pytest.mark.integration
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scope", LARGE, ids=_name)
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
