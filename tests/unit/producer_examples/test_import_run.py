"""An import beside a shop that goes on selling, judged by the log that comes out."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer_examples.python.importing.import_run import ImportRun, Outcome
from producer_examples.python.importing.mapping_rules import MappingRules
from producer_examples.python.importing.product_event import EventOptions
from producer_examples.python.importing.reading_pass import Account, ReadingPass
from producer_examples.python.importing.sent_state import Sent, SentState, StateError
from producer_examples.python.importing.source import SourceDocument, SourceError
from product_events import OrderKind
from tests.unit.producer_examples.live_shop import Clock, LiveShop, Log, sender

KINDS = list(OrderKind)


class Silent:
    """Nobody watches."""

    def begin(self, what: str, total: int | None) -> None: ...

    def advance(self) -> None: ...


def import_all(
    shop: LiveShop,
    log: Log,
    kind: OrderKind,
    state: SentState | None = None,
    *,
    account: Account | None = None,
    limit: int | None = None,
    since: datetime | None = None,
) -> Outcome:
    account = account or Account()
    products = ReadingPass(shop, MappingRules(), kind, account, limit=limit, since=since)
    run = ImportRun(
        shop,
        products,
        EventOptions(kind),
        state or SentState(None, {}),
        sender(log),
        account=account,
        progress=Silent(),
        now=log.clock,
    )
    return run.run()


def for_sale(log: Log, kind: OrderKind, *, compacted: bool) -> dict[str, str]:
    return {id_: name for id_, name in log.names(kind, compacted=compacted).items() if name is not None}


@given(seed=st.integers(0, 2**32), kind=st.sampled_from(KINDS), imports=st.integers(1, 3))
def test_an_import_while_the_shop_is_live_is_harmless(seed: int, kind: OrderKind, imports: int) -> None:
    """Whatever changes meanwhile, and however often: the log says what the shop sells, compacted or not."""
    log = Log(Clock())
    shop = LiveShop(Random(seed), log, kind, changes=12)
    log.before_append = shop.step
    for _ in range(imports):
        assert import_all(shop, log, kind).complete
    shop.finish()
    for compacted in (False, True):
        assert for_sale(log, kind, compacted=compacted) == shop.names()


@given(seed=st.integers(0, 2**32), kind=st.sampled_from(KINDS), stop_after=st.integers(0, 6))
def test_an_interrupted_import_goes_on(seed: int, kind: OrderKind, stop_after: int) -> None:
    """Stopped at any event and started again with its state, it ends as if it had never been stopped."""
    log = Log(Clock())
    shop = LiveShop(Random(seed), log, kind, changes=8)
    appended = 0

    def interrupt() -> None:
        nonlocal appended
        shop.step()
        appended += 1
        if appended == stop_after + 1:
            raise KeyboardInterrupt

    state = SentState(None, {})
    log.before_append = interrupt
    first = import_all(shop, log, kind, state)
    log.before_append = shop.step
    assert import_all(shop, log, kind, state).complete
    assert first.interrupted or first.complete
    shop.finish()
    for compacted in (False, True):
        assert for_sale(log, kind, compacted=compacted) == shop.names()


def quiet_shop(kind: OrderKind, products: int = 4) -> tuple[LiveShop, Log]:
    log = Log(Clock())
    return LiveShop(Random(0), log, kind, changes=0, products=products), log


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_import_sends_what_has_changed(kind: OrderKind) -> None:
    """With the state of the first one: changed products, and deletes of those that are gone for good."""
    shop, log = quiet_shop(kind)
    state = SentState(None, {})
    assert import_all(shop, log, kind, state).sent == 4
    shop.change("p1")
    shop.drop("p2")
    shop.forget_outbox()
    again = import_all(shop, log, kind, state)
    assert (again.sent, again.deletes, again.unchanged) == (2, 1, 2)
    assert for_sale(log, kind, compacted=False) == shop.names()
    assert import_all(shop, log, kind, state).sent == 0


def test_a_state_file_outlasts_the_process(tmp_path: Path) -> None:
    """What has arrived is in the file, for the same import alone."""
    shop, log = quiet_shop(OrderKind.TIME)
    path = tmp_path / "import.state"
    state = SentState(path, {"source": "a"})
    import_all(shop, log, OrderKind.TIME, state, limit=3)
    state.close()
    state = SentState(path, {"source": "a"})
    outcome = import_all(shop, log, OrderKind.TIME, state)
    assert (outcome.sent, outcome.unchanged) == (1, 3)
    with pytest.raises(StateError, match="another import is using it"):
        SentState(path, {"source": "a"})
    state.close()
    with pytest.raises(StateError, match=r"belongs to another import \(it differs in source\)"):
        SentState(path, {"source": "b"})


def test_a_state_that_cannot_be_written_ends_the_sending() -> None:
    """On a full disk no further event is sent; what had arrived is counted, and why it ended is told."""
    shop, log = quiet_shop(OrderKind.TIME, products=9)
    state = FullDisk(None, {})
    outcome = import_all(shop, log, OrderKind.TIME, state)
    assert not outcome.complete
    assert str(outcome.broke_off) == "state file None: database or disk is full"
    assert outcome.sent == outcome.delivered == 2
    state.close()


class FullDisk(SentState):
    """Has room for one event."""

    def arrived(self, sent: Sent) -> None:
        if self.count_unchecked() == 1:
            self._database.execute("PRAGMA max_page_count = 10")
            sent = replace(sent, fingerprint=bytes(1_000_000))
        super().arrived(sent)


def test_a_file_that_is_no_state_is_refused(tmp_path: Path) -> None:
    """Nothing is overwritten."""
    path = tmp_path / "notes.txt"
    path.write_text("my notes, " * 1_000)
    with pytest.raises(StateError, match="not a database"):
        SentState(path, {})
    assert path.read_text() == "my notes, " * 1_000


class Breaking(LiveShop):
    """Its database goes away after two products."""

    def documents(self) -> Iterator[SourceDocument]:
        for number, document in enumerate(super().documents()):
            if number == 2:
                raise SourceError("the database is gone")
            yield document


def test_a_source_that_breaks_off_is_told_after_what_was_sent() -> None:
    """What was under way is counted; the import is not complete."""
    log = Log(Clock())
    shop = Breaking(Random(0), log, OrderKind.TIME, changes=0)
    outcome = import_all(shop, log, OrderKind.TIME)
    assert (outcome.sent, outcome.delivered, outcome.complete) == (2, 2, False)
    assert str(outcome.broke_off) == "the database is gone"


class Restless(LiveShop):
    """It changes with every look."""

    def reread(self, product_ids: list[str]) -> list[SourceDocument]:  # type: ignore[override]
        self.change("p0")
        return super().reread(product_ids)


def test_a_product_that_never_rests_does_not_hold_the_import_for_ever() -> None:
    """After a hundred looks it is told, and the import is not complete."""
    log = Log(Clock())
    outcome = import_all(Restless(Random(0), log, OrderKind.TIME, changes=0), log, OrderKind.TIME)
    assert (outcome.unsettled, outcome.complete) == (1, False)
    assert outcome.sent == outcome.delivered


def refused(
    change: Callable[[dict[str, object]], None], kind: OrderKind = OrderKind.TIME
) -> tuple[Account, Outcome]:
    shop, log = quiet_shop(kind, products=2)
    change(shop.documents_by_id["p0"])
    account = Account()
    return account, import_all(shop, log, kind, account=account)


def test_what_a_consumer_would_refuse_is_not_sent() -> None:
    """A time in the future, an id that is none and a name that is too long are named; the others are sent."""
    future = Clock()().replace(year=2099)
    for change, reason in (
        ({"updatedAt": future}, "FutureEvent"),
        ({"name": "x" * 10_001}, "InvalidProduct: data.name"),
        ({"_id": {"a": 1}}, "no id: _id"),
    ):
        account, outcome = refused(lambda document, change=change: document.update(change))  # type: ignore[misc]
        [(_, why)] = account.bad
        assert why.startswith(reason)
        assert (outcome.sent, outcome.complete) == (1, True)


def test_an_id_that_comes_twice_is_sent_once() -> None:
    """The second document of an id is named, with the place of the first."""
    shop, log = quiet_shop(OrderKind.TIME, products=2)
    shop.documents_by_id["p1"]["_id"] = "p0"
    account = Account()
    assert import_all(shop, log, OrderKind.TIME, account=account).sent == 1
    assert account.bad == [("_id p1", "the id p0 was read at _id p0 already")]


def test_since_leaves_out_what_is_older() -> None:
    """A product without a time is never left out."""
    shop, log = quiet_shop(OrderKind.TIME)
    since = shop.documents_by_id["p2"]["updatedAt"]
    del shop.documents_by_id["p0"]["updatedAt"]
    account = Account()
    outcome = import_all(shop, log, OrderKind.TIME, account=account, since=since)
    assert (outcome.sent, account.too_old, account.without_time) == (3, 1, 1)
    assert sorted(log.names(OrderKind.TIME, compacted=False)) == ["p0", "p2", "p3"]


def test_a_change_without_a_new_version_is_told() -> None:
    """The shop's versions are not guessed at: the event keeps the one that it has."""
    shop, log = quiet_shop(OrderKind.VERSION)
    state = SentState(None, {})
    import_all(shop, log, OrderKind.VERSION, state)
    shop.documents_by_id["p0"]["name"] = "changed behind its version"
    assert import_all(shop, log, OrderKind.VERSION, state).same_version == 1


def test_a_product_without_a_version_has_the_lowest() -> None:
    """Any change that the shop tells is above it."""
    shop, log = quiet_shop(OrderKind.VERSION, products=1)
    del shop.documents_by_id["p0"]["version"]
    assert import_all(shop, log, OrderKind.VERSION).complete
    assert b'"version":0' in log.messages[0][2].value
