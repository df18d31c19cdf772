"""What must hold: after every step, in every search, and at the end."""

from collections.abc import Mapping
from typing import cast

from product_events import ProductChange
from tests.properties.explorer.damage import Damage
from tests.properties.explorer.decisions import Decisions
from tests.properties.explorer.describe import describe_record
from tests.properties.explorer.shop_log import fold_of, url_of
from vector_store import Equals, ProductRecord
from vector_store.points import KIND_IMAGE, Payload


class Promises:
    """Each check returns what is broken, in words, or None. All are made once for each distinct input."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._engine = decisions.engine
        self._search = decisions.rules.search
        events = decisions.said
        self._said = {
            (event.change.product_id, event.stamp.revision, event.stamp.tie): event.change for event in events
        }
        self._categories = {said.category for part in decisions.scope.partitions for said in part}
        scope = decisions.scope
        self._damage = Damage(scope, decisions.engine)
        self._never = frozenset(map(url_of, scope.broken))
        self._perhaps = frozenset(map(url_of, scope.fickle))
        self._fold = fold_of(events)
        self._checked: dict[int, str | None] = {}
        self._checked_steps: dict[tuple[int, int], str | None] = {}
        self._checked_ends: dict[int, str | None] = {}

    def broken_now(self, contents: int) -> str | None:
        """A search at one instant shows every product's record in full, and nothing else; see the checks."""
        if contents not in self._checked:
            self._checked[contents] = (
                self._mixture_in(contents)
                or self._wrong_answer_in(contents)
                or self._wrong_filter_in(contents)
            )
        return self._checked[contents]

    def broken_by_step(self, before: int, after: int) -> str | None:
        """A record only moves to a higher stamp, and an attempt only adds images."""
        step = self._engine.record_set(before), self._engine.record_set(after)
        if step not in self._checked_steps:
            self._checked_steps[step] = self._step_back(*step)
        return self._checked_steps[step]

    def is_settled(self, contents: int) -> bool:
        """Whether no image is pending, and whatever was damaged is whole again."""
        records = self._engine.records(self._engine.record_set(contents))
        return all(record.retry_at_ms is None for record in records.values()) and not any(
            self._damage.unsound(contents).values()
        )

    def broken_at_end(self, contents: int) -> str | None:
        """With everything delivered and nothing pending, searches show the fold of the log."""
        if contents not in self._checked_ends:
            self._checked_ends[contents] = self._unlike_fold(contents)
        return self._checked_ends[contents]

    def _mixture_in(self, contents: int) -> str | None:
        """Every record says what one event said, and every image point belongs to one event."""
        for record in self._engine.records(self._engine.record_set(contents)).values():
            change = self._said.get((record.product_id, record.stamp.revision, record.stamp.tie))
            if change is None:
                return f"{describe_record(record)} is of no event"
            keys = frozenset(image.key for image in record.images)
            if keys != _keys(change) or _category(record) != _said_category(change):
                return f"{describe_record(record)} is not what its event said"
        for point in self._engine.points(contents):
            if point.payload["kind"] == KIND_IMAGE and not self._belongs_to_an_event(point.payload):
                return f"image point {point.payload} is of no event"
        return None

    def _belongs_to_an_event(self, payload: Payload) -> bool:
        return any(
            (revision, tie) == (payload["revision"], payload["tie"])
            and _said_category(change) == payload["category"]
            and payload["image_key"] in _keys(change)
            for (_, revision, tie), change in self._said.items()
        )

    def _wrong_answer_in(self, contents: int) -> str | None:
        lost = self._damage.lost(contents)
        expected = {
            product_id: indexed
            for product_id, record in self._engine.records(self._engine.record_set(contents)).items()
            if (indexed := indexed_keys(record) - lost.get(product_id, frozenset()))
        }
        shown = self._search(self._engine.collection(contents), None)
        return None if shown == expected else f"a search shows {_letters(shown)}, not {_letters(expected)}"

    def _wrong_filter_in(self, contents: int) -> str | None:
        """Under a filter a state may only be hidden early, by points with the fields of a later one."""
        ahead, unsound = self._keys_ahead(contents), self._damage.unsound(contents)
        records = self._engine.records(self._engine.record_set(contents))
        for category in self._categories:
            shown = self._search(self._engine.collection(contents), Equals("category", category))
            for product_id, record in records.items():
                keys = shown.get(product_id, frozenset())
                wanted = indexed_keys(record) if _category(record) == category else frozenset()
                if not wanted - ahead[product_id] - unsound.get(product_id, frozenset()) <= keys <= wanted:
                    return f"a search for {category} shows {_letters({product_id: keys})}"
        return None

    def _keys_ahead(self, contents: int) -> Mapping[str, set[object]]:
        """By product the images whose points are of a later state than the record."""
        points = [point.payload for point in self._engine.points(contents)]
        return {
            product_id: {
                payload["image_key"]
                for payload in points
                if payload["kind"] == KIND_IMAGE
                and payload["product"] == record.id
                and (cast(int, payload["revision"]), cast(int, payload["tie"]))
                > (record.stamp.revision, record.stamp.tie)
            }
            for product_id, record in self._engine.records(self._engine.record_set(contents)).items()
        }

    def _step_back(self, before: int, after: int) -> str | None:
        records_after = self._engine.records(after)
        for product_id, old in self._engine.records(before).items():
            new = records_after.get(product_id)
            if new is None:
                return f"{describe_record(old)} is gone"
            if new == old:
                continue
            if new.stamp <= old.stamp:
                return f"{describe_record(old)} became {describe_record(new)}"
            is_attempt = (new.stamp.revision, new.stamp.tie) == (old.stamp.revision, old.stamp.tie)
            taken = indexed_keys(old) - indexed_keys(new)
            if is_attempt and taken - self._damage.may_lack(taken):
                return f"an attempt took images from {describe_record(old)}: {describe_record(new)}"
        return None

    def _unlike_fold(self, contents: int) -> str | None:
        shown = self._search(self._engine.collection(contents), None)
        records = self._engine.records(self._engine.record_set(contents))
        for product_id, last in self._fold.items():
            every = _keys(last)
            keys = shown.get(product_id, frozenset())
            if not every - self._never - self._perhaps <= keys <= every - self._never:
                said = _letters({product_id: every})
                return f"at the end a search shows {_letters({product_id: keys})}, the log says {said}"
            record = records.get(product_id)
            if record is None or record.live == last.deleted or _category(record) != _said_category(last):
                told = "none" if record is None else describe_record(record)
                return f"at the end the record is not of the log's last event: {told}"
        return None


def indexed_keys(record: ProductRecord | None) -> frozenset[str]:
    """The images that a record lets shoppers find."""
    if record is None:
        return frozenset()
    return frozenset(image.key for image in record.images if record.lists_as_indexed(image.key))


def _category(record: ProductRecord) -> object:
    return None if record.product is None else record.product["category"]


def _keys(change: ProductChange) -> frozenset[str]:
    return frozenset(() if change.product is None else (image.key for image in change.product.images))


def _said_category(change: ProductChange) -> object:
    return None if change.product is None else change.product.category


def _letters(shown: Mapping[str, frozenset[str]]) -> str:
    return str(
        {product_id: sorted(key.rpartition("/")[2][0] for key in keys) for product_id, keys in shown.items()}
    )
