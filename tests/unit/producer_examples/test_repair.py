"""What a repair publishes, over an index that lags and a shop that goes on."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from producer_examples.python.importing.import_run import ImportRun
from producer_examples.python.importing.index_listing import Indexed
from producer_examples.python.importing.mapping_rules import MappingRules
from producer_examples.python.importing.product_event import EventOptions
from producer_examples.python.importing.reading_pass import Account, ReadingPass
from producer_examples.python.importing.repair import Repair
from producer_examples.python.importing.sent_state import SentState
from producer_examples.python.importing.verification import Verification
from product_events import EventPolicy, OrderKind, ProductChange, RawMessage, decode_event
from product_events.event_time import milliseconds
from tests.unit.producer_examples.live_shop import Clock, LiveShop, Log, sender
from tests.unit.producer_examples.test_import_run import Silent

KINDS = list(OrderKind)


class Bench:
    """A shop, an index of it, and a repair between them. `meanwhile` runs between both looks."""

    def __init__(self, kind: OrderKind, *indexed: Indexed, products: int = 1) -> None:
        self.kind = kind
        self.log = Log(Clock())
        self.shop = LiveShop(Random(0), self.log, kind, changes=0, products=products)
        self.index = {one.product_id: one for one in indexed}
        self.meanwhile: Callable[[], None] = lambda: None
        account = Account()
        reading = ReadingPass(self.shop, MappingRules(), kind, account)
        self.verification = Verification(
            self.shop,
            reading,
            account,
            lambda: dict(self.index),
            kind=kind,
            by_content=True,
            settle=self._settle,
        )
        run = ImportRun(
            self.shop,
            reading,
            EventOptions(kind),
            SentState(None, {}),
            sender(self.log),
            account=account,
            progress=Silent(),
            now=self.log.clock,
        )
        self.repair = Repair(self.shop, self.verification, run, kind, now=self.log.clock)

    def _settle(self) -> None:
        self.meanwhile()

    def carry_out(self) -> list[ProductChange]:
        """Verify, repair, and return what was published."""
        self.repair.publish(self.verification.differences())
        return [
            decode_event(
                RawMessage("t", 0, 0, at, event.key, event.value, event.headers), EventPolicy(self.kind)
            )
            for at, _, event in self.log.messages
        ]

    def order_of(self, product_id: str) -> int:
        document = self.shop.documents_by_id[product_id]
        return milliseconds(document["updatedAt"]) if self.kind is OrderKind.TIME else document["version"]


def indexed(product_id: str, order: int, name: str = "old", *, live: bool = True) -> Indexed:
    return Indexed(product_id, live, order, {"name": name} if live else {}, ())


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_of_the_same_order_is_outranked(kind: OrderKind) -> None:
    """Read differently before, the product has an event of a higher order, below the shop's next change."""
    bench = Bench(kind)
    before = bench.order_of("p0")
    bench.index["p0"] = indexed("p0", before)
    [change] = bench.carry_out()
    assert before < change.order
    bench.shop.change("p0")
    assert change.order < bench.order_of("p0")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("behind", [1, None])
def test_what_the_index_lacks_gets_the_shops_own_version(kind: OrderKind, behind: int | None) -> None:
    """Where the index is behind, or has never heard of it, no version is raised."""
    bench = Bench(kind)
    own = bench.order_of("p0")
    if behind is not None:
        bench.index["p0"] = indexed("p0", own - behind)
    [change] = bench.carry_out()
    assert change.order >= own
    assert bench.order_of("p0") == own
    if kind is OrderKind.VERSION:
        assert change.order == own


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_shop_does_not_have_is_deleted(kind: OrderKind) -> None:
    """The delete's order is at or above that of the index's state."""
    bench = Bench(kind, products=0)
    bench.index["p7"] = indexed("p7", 5)
    [change] = bench.carry_out()
    assert change.deleted
    assert change.order >= 5


@pytest.mark.parametrize("kind", KINDS)
def test_what_arrives_between_both_looks_is_no_difference(kind: OrderKind) -> None:
    """An event that was under way is not published once more."""
    bench = Bench(kind)

    def catch_up() -> None:
        bench.index["p0"] = indexed("p0", bench.order_of("p0"), bench.shop.documents_by_id["p0"]["name"])

    bench.meanwhile = catch_up
    assert bench.carry_out() == []


def test_a_state_dated_after_the_reading_is_left() -> None:
    """In time mode a newer change, or a clock that was ahead, is never outranked: it is told instead."""
    bench = Bench(OrderKind.TIME, products=2)
    ahead = milliseconds(bench.log.clock() + timedelta(hours=1))
    bench.index["p0"] = indexed("p0", ahead)
    bench.index["p9"] = indexed("p9", ahead)
    changes = bench.carry_out()
    assert [change.product_id for change in changes] == ["p1"]
    assert [product_id for product_id, _ in bench.repair.left] == ["p0", "p9"]


def test_a_version_is_raised_over_the_indexs() -> None:
    """The shop's document holds the version that the event has, so its next one is above it."""
    bench = Bench(OrderKind.VERSION)
    bench.index["p0"] = indexed("p0", 900, live=False)
    [change] = bench.carry_out()
    assert (change.order, bench.order_of("p0")) == (901, 901)


def test_a_change_beside_the_raising_is_published_instead() -> None:
    """Between the look and the write the shop changes the product: what it holds then is what is told."""
    bench = Bench(OrderKind.VERSION)
    bench.index["p0"] = indexed("p0", bench.order_of("p0"))
    look_again, raised = bench.shop.raise_version, []

    def changed_first(product_id: str, *, path: str, seen: int | None, to: int) -> bool:
        bench.shop.change(product_id)
        bench.shop.forget_outbox()
        raised.append(look_again(product_id, path=path, seen=seen, to=to))
        return raised[-1]

    bench.shop.raise_version = changed_first  # type: ignore[method-assign]
    [change] = bench.carry_out()
    assert raised == [False]
    assert change.product is not None
    assert change.product.name == bench.shop.documents_by_id["p0"]["name"]
    assert change.order == bench.order_of("p0")
