"""Each rule of the protocol is needed: without it some interleaving breaks a promise, and is found."""

import pytest

from tests.properties.explorer.explore import Explorer
from tests.properties.explorer.mutants import HARMLESS, MUTANTS
from tests.properties.explorer.scope import Scope
from tests.properties.explorer.shop_log import Says

_UPDATE = Scope("an update with more images", ((Says(1, "a"),), (Says(2, "ab"),)), mender=False)
_TIE = Scope("two updates of the same moment", ((Says(1, "a"),), (Says(1, "ab", "coat"),)), mender=False)
_DELETE = Scope("an update and a delete of the same moment", ((Says(1, "a"), Says(1, None)),), mender=False)
_RETRY = Scope("an image that fails at first", ((Says(1, "ab"),),), flaky="b", members=1)
_SEARCH = Scope(
    "a search during an update", ((Says(1, "a"),), (Says(2, "b"),)), mender=False, members=1, reader=True
)
_AUDIT = Scope(
    "an audit during an update", ((Says(1, "ab"),), (Says(2, "b"),)), mender=False, members=1, audit=True
)
_AUDITED_RETRY = Scope("an audit during a retry", ((Says(1, "ab"),),), flaky="b", members=1, audit=True)
_REVIVAL = Scope(
    "an audit while a product comes back",
    ((Says(1, "a"),), (Says(2, None),), (Says(3, "a"),)),
    mender=False,
    members=1,
    audit=True,
)
_LOSS = Scope(
    "an audit after a loss", ((Says(1, "a"),), (Says(2, "ab"),)), damaged="a", members=1, audit=True
)
_LETTER = Scope(
    "a dead letter comes back late",
    ((Says(1, "ab"), Says(2, "b")),),
    mender=False,
    members=1,
    dead_letters=((0, 0),),
    by_time=True,
)
_IMAGES = Scope(
    "failed images are redriven",
    ((Says(1, "ab"),),),
    fickle="b",
    members=1,
    redriven_attempts=1,
)
_SCOPES = (_UPDATE, _TIE, _DELETE, _RETRY, _SEARCH, _AUDIT, _AUDITED_RETRY, _REVIVAL, _LOSS, _LETTER, _IMAGES)

# Where each shows first: the scope, and words of the promise that it breaks.
_SHOWS = {
    "points are upserted without a guard": (_UPDATE, "a search shows {'p': ['b']}, not {'p': ['a', 'b']}"),
    "records are upserted without a guard": (_UPDATE, "became record"),
    "removal without a guard": (_UPDATE, "a search shows {}, not {'p': ['a', 'b']}"),
    "removal of equal points too": (_UPDATE, "a search shows {}, not {'p': ['a', 'b']}"),
    "a record before its points": (_UPDATE, "a search shows {}, not {'p': ['a', 'b']}"),
    "removal before the record": (_DELETE, "a search shows {}, not {'p': ['a']}"),
    "no read check": (_UPDATE, "a search shows {'p': ['a', 'b']}, not {}"),
    "a search's second round forgets the first": (_SEARCH, "a product is missing"),
    "leftover steps land out of order": (_UPDATE, "a search shows {}, not {'p': ['a', 'b']}"),
    "commit before completion": (_UPDATE, "at the end a search shows {'p': []}"),
    "only new images get the new revision": (_UPDATE, "a search shows {'p': ['b']}, not {'p': ['a', 'b']}"),
    "points' guard ignores the tie": (_TIE, "a search for coat shows {'p': ['b']}"),
    "records' guard ignores the tie": (_TIE, "at the end a search shows {'p': ['a']}"),
    "records' guard refuses later attempts": (_RETRY, "cannot be reached"),
    "records' guard takes any attempt": (_RETRY, "became record"),
    "a retry keeps the attempt": (_RETRY, "cannot be reached"),
    "a delete loses a tie": (_DELETE, "at the end a search shows {'p': ['a']}"),
    "an audit reads points before records": (_AUDIT, "an attempt took images"),
    "an audit's repair replaces any record": (_LOSS, "became record"),
    "an audit's repair keeps the attempt": (_LOSS, "became record"),
    "an audit's removal looks at ids only": (_REVIVAL, "a search shows {}, not {'p': ['a']}"),
    "an audit removes points that have no record": (_AUDIT, "a search shows"),
    "an audit removes unlisted points of its record's state": (_AUDITED_RETRY, "a search shows"),
    "an audit removes points of a later state": (_AUDIT, "a search shows"),
    "a redrive of images replaces any record": (_IMAGES, "became record"),
    "a redrive of images keeps the attempt": (_IMAGES, "became record"),
    "a dead letter is published to its own topic again": (_LETTER, "is of no event"),
}


def test_every_mutant_has_its_scope() -> None:
    """A rule that is broken on purpose is broken in some test below."""
    assert _SHOWS.keys() == MUTANTS.keys()


@pytest.mark.parametrize("name", _SHOWS)
def test_the_explorer_catches_a_broken_rule(name: str) -> None:
    """With one rule broken, some interleaving breaks a promise."""
    scope, words = _SHOWS[name]
    broken = Explorer(scope, MUTANTS[name]).run().broken
    assert broken is not None
    print(f"\n{name}: {broken}")
    assert words in broken.promise


@pytest.mark.parametrize("scope", _SCOPES, ids=lambda scope: scope.name)
def test_the_whole_protocol_holds_where_the_mutants_fail(scope: Scope) -> None:
    """It is the broken rule that the explorer catches, not the scope."""
    assert Explorer(scope).run().broken is None


@pytest.mark.parametrize("scope", _SCOPES, ids=lambda scope: scope.name)
@pytest.mark.parametrize("name", HARMLESS)
def test_what_searches_see_does_not_hang_on_economies(name: str, scope: Scope) -> None:
    """Removing old points, and planning nothing for superseded events, save work; the rest suffices."""
    assert Explorer(scope, HARMLESS[name]).run().broken is None
