"""Random histories over the real embedded engine: everything that may happen, in any order, step by step.

The explorer covers small worlds completely; this walks through larger ones at random, with the engine's own
guards, filters and searches. See docs/explanation/correctness.md.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.contract.samples import a_generation, vector_of
from tests.properties.explorer.shop_log import Says
from tests.properties.store_world import LETTERS, TOPICS, StoreWorld
from vector_store import Collection, Equals, ProductRecord
from vector_store.edge import EdgeStore
from vector_store.identity import image_point_uuid

CATEGORIES = ("shirt", "coat")
PRODUCTS = ("p", "q")
QUERY = vector_of("query")

letters = st.sampled_from(LETTERS)
products = st.sampled_from(["p", "p", "p", "q"])
images = st.lists(letters, unique=True).map("".join)
says = st.builds(
    Says,
    order=st.integers(1, 4),
    images=st.one_of(images, images, st.none()),
    category=st.sampled_from(CATEGORIES),
    product=products,
)
numbers = st.integers(0, 1_000)
messages = st.tuples(says, st.sampled_from(TOPICS[:-1]), st.sampled_from([True, True, True, False]))
"""What is said, on which topic, and whether it can be used there."""
places = st.tuples(st.integers(0, 6), st.integers(1, 6))
stretches = st.dictionaries(st.sampled_from(TOPICS), places, min_size=1)
"""By topic where a batch begins and how long it is; a beginning past the end wraps."""


class StoreMachine(RuleBasedStateMachine):
    """After every step searches show each record in full and nothing else; at the end they show the fold."""

    def __init__(self, collection: Collection) -> None:
        super().__init__()
        self.world = StoreWorld(collection)
        self.before: dict[str, ProductRecord] = {}

    @initialize(log=st.lists(messages, min_size=2, max_size=6))
    def a_log_is_there(self, log: list[tuple[Says, str, bool]]) -> None:
        for says, topic, usable in log:
            self.world.publish(says, topic, usable=usable)

    @rule(message=messages)
    def somebody_publishes(self, message: tuple[Says, str, bool]) -> None:
        says, topic, usable = message
        self.world.publish(says, topic, usable=usable)

    @rule(number=numbers)
    def somebody_redrives_a_dead_letter(self, number: int) -> None:
        self.world.redrive(number)

    @rule(letter=letters, state=st.sampled_from(["up", "down", "refused"]))
    def the_image_host_changes(self, letter: str, state: str) -> None:
        self.world.host_becomes(letter, state)

    @rule(who=st.integers(0, 1), places=stretches)
    def a_member_is_given_any_stretch(self, who: int, places: dict[str, tuple[int, int]]) -> None:
        self.world.leave_under_way(self.world.members[who].crash())
        self.world.members[who].take(self.world.batch(places))

    @rule(who=st.integers(0, 1), steps=st.integers(1, 8))
    def a_member_gets_on(self, who: int, steps: int) -> None:
        for _ in range(steps):
            self.world.members[who].step()

    @rule(who=st.integers(0, 1), lost=st.booleans())
    def a_member_crashes(self, who: int, *, lost: bool) -> None:
        left = self.world.members[who].crash()
        self.world.leave_under_way(() if lost else left)

    @rule(number=numbers, steps=st.integers(1, 4))
    def the_mender_gets_on(self, number: int, steps: int) -> None:
        for _ in range(steps):
            self.world.mend(number)

    @precondition(lambda self: self.world.mender)
    @rule()
    def the_mender_crashes(self) -> None:
        self.world.leave_under_way(self.world.mender)
        self.world.mender = []

    @precondition(lambda self: self.world.under_way)
    @rule(number=numbers)
    def a_late_operation_lands(self, number: int) -> None:
        self.world.land_late(number)

    @rule(product=products, steps=st.integers(1, 4))
    def an_audit_gets_on(self, product: str, steps: int) -> None:
        for _ in range(steps):
            self.world.work_at_desk(product)

    @precondition(lambda self: self.world.desk)
    @rule()
    def an_audit_crashes(self) -> None:
        self.world.leave_under_way(self.world.desk)
        self.world.desk = []

    @rule(repairs=st.booleans())
    def a_whole_audit_runs(self, *, repairs: bool) -> None:
        self.world.audit(repairs=repairs)

    @rule(product=products)
    def somebody_redrives_failed_images(self, product: str) -> None:
        self.world.try_failed_images_again(product)

    @rule(product=products, letter=letters)
    def a_point_gets_lost(self, product: str, letter: str) -> None:
        self.world.lose_a_point(product, letter)

    @invariant()
    def records_rise_and_say_what_an_event_said(self) -> None:
        now = {record.product_id: record for record in self.world.index.all_records()}
        for product, old in self.before.items():
            new = now[product]
            assert new == old or new.stamp > old.stamp, f"{old} became {new}"
            if (new.stamp.revision, new.stamp.tie) == (old.stamp.revision, old.stamp.tie):
                taken = listed(old) - listed(new)
                assert {(product, key) for key in taken} <= self.world.lost, f"{new} lacks {taken}"
        for record in now.values():
            assert any(
                (said.change.product_id, said.stamp.revision, said.stamp.tie)
                == (record.product_id, record.stamp.revision, record.stamp.tie)
                and category(record) == (said.change.product and said.change.product.category)
                for said in self.world.said
            ), f"{record} is of no event"
        self.before = now

    @invariant()
    def searches_show_each_record_in_full_and_nothing_else(self) -> None:
        found = self.shown()
        for product in PRODUCTS:
            record = self.before.get(product)
            wanted = frozenset[str]() if record is None else listed(record)
            missing = wanted - found.get(product, frozenset())
            assert found.get(product, frozenset()) <= wanted, f"{found} of {record}"
            assert {(product, key) for key in missing} <= self.world.lost, f"{found} of {record}"
            assert not missing or not self.there(product, missing), f"{found} of {record}"
            for name in CATEGORIES:
                under_filter = self.shown(category=name).get(product, frozenset())
                assert under_filter <= wanted
                assert not under_filter or (record is not None and category(record) == name)

    def teardown(self) -> None:
        self.world.settle()
        self.shows_the_fold()
        while self.world.under_way:
            self.world.land_late(0)
            self.shows_the_fold()
        self.shows_the_fold()

    def shows_the_fold(self) -> None:
        """What searches show is what the last event of each product says, whatever is still under way."""
        fold = self.world.fold()
        expected = {
            product: keys
            for product, change in fold.items()
            if change.product is not None
            and (keys := frozenset(image.key for image in change.product.images))
        }
        assert self.shown() == expected
        records = {record.product_id: record for record in self.world.index.all_records()}
        assert {product: record.live for product, record in records.items()} == {
            product: not change.deleted for product, change in fold.items()
        }

    def shown(self, *, category: str | None = None) -> dict[str, frozenset[str]]:
        where = None if category is None else Equals("category", category)
        found = self.world.index.similar(QUERY, limit=10, where=where)
        return {each.record.product_id: frozenset(hit.image_key for hit in each.hits) for each in found}

    def there(self, product: str, keys: frozenset[str]) -> set[str]:
        ids = {image_point_uuid(product, key) for key in keys}
        return self.world.index.inspection().which_exist(ids)


def listed(record: ProductRecord) -> frozenset[str]:
    return frozenset(image.key for image in record.images if record.lists_as_indexed(image.key))


def category(record: ProductRecord) -> object:
    return None if record.product is None else record.product["category"]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    folder: Path = tmp_path_factory.mktemp("machine")
    store = EdgeStore(folder)
    yield store.create(a_generation())
    store.close()


def machine_on(collection: Collection) -> type[RuleBasedStateMachine]:
    """A machine that begins with this collection emptied."""

    class MachineOnCollection(StoreMachine):
        def __init__(self) -> None:
            super().__init__(collection)

    return MachineOnCollection


_CALMLY = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def test_the_index_equals_the_fold_after_any_short_history(collection: Collection) -> None:
    """Duplicates, reorder, crashes, replays, late requests, losses, redrives and audits at any moment."""
    run_state_machine_as_test(
        machine_on(collection),
        settings=settings(
            max_examples=250, stateful_step_count=40, deadline=None, suppress_health_check=_CALMLY
        ),
    )


@pytest.mark.integration
@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_the_index_equals_the_fold_after_any_long_history(collection: Collection) -> None:
    """The same, longer and more of them."""
    run_state_machine_as_test(
        machine_on(collection),
        settings=settings(
            max_examples=1_000, stateful_step_count=80, deadline=None, suppress_health_check=_CALMLY
        ),
    )
