"""Two generations of one shop: the promoted one lives on while builders copy its records into a new one.

The builders are the project's own `Seeding`. Before each of their calls to an index, and between the
operations of one, anybody else may get on: that is what `moves` say.
"""

from collections.abc import Collection as Ids
from collections.abc import Iterator, Mapping, Sequence
from threading import Event

import numpy as np

from consumer.metric_definitions import DEFINITIONS
from consumer.persistence import Persistence
from consumer.reindex.build_mark import Partition
from consumer.reindex.seeding import Seeding, SeedingRules
from consumer.steps.decode import DecodedEvent
from images.errors import HttpUnavailable
from telemetry import Metrics, Readiness
from tests.contract.memory_store import MemoryCollection
from tests.contract.samples import vector_of
from tests.properties.explorer.shop_log import NOON_MS, Says, decoded, fold_of
from tests.properties.store_members import Batch, Member, retry
from vector_store import Condition, Generation, ImageStatus, ProductIndex, ProductRecord
from vector_store.points import Candidate, Operation, Page, Point, Vector

LOG = "log"
MOVES = ("publish", "old reads", "old mends", "new reads", "new mends", "land late", "host", "shorten")
GO_ON, CRASH, OTHER_BUILDER = "go on", "crash", "other builder"
_PERSISTENCE = Persistence(Event(), Readiness(), Metrics(DEFINITIONS))
_FOR_EVER_MS = 2**52


class Crashed(Exception):
    """The builder is no more."""


class SeedingWorld:
    """says: what the shop will say, one by one. same_model: whether vectors can be taken over."""

    def __init__(self, says: Sequence[Says], moves: Sequence[str], *, same_model: bool) -> None:
        self._to_say = list(says)
        self._moves = iter(moves)
        self.said: list[DecodedEvent] = []
        self.low = 0
        self.old = MemoryCollection(_generation("0000000a"))
        self.new = MemoryCollection(_generation("0000000a" if same_model else "0000000b", suffix="-2"))
        self._host_is_up = True
        self._reads_old = Member(self.old, self._host_of(self.old), {LOG: 0})
        self._reads_new = Member(self.new, self._host_of(self.new), {LOG: 0})
        self._new_began = False
        self._late: list[list[Operation]] = []
        self._mending: dict[str, list[Operation]] = {"old": [], "new": []}
        self._listed: dict[str, ProductRecord] = {}

    # What `Seeding` asks of Kafka.

    def of_source(self) -> Mapping[Partition, int]:
        return {(LOG, 0): self._reads_old.committed[LOG]}

    def start_target(self, starts: Mapping[Partition, int]) -> None:
        start = starts[LOG, 0]
        if not self._new_began or self._reads_new.committed[LOG] < start:
            self._reads_new.crash()
            self._reads_new.committed[LOG] = start
            self._new_began = True

    def is_short(self, starts: Mapping[Partition, int]) -> bool:
        return self.low > max(self._reads_new.committed[LOG], starts[LOG, 0])

    # What happens.

    def build(self, *, alone: bool = False) -> None:
        """One builder, called again after every crash until it is through."""
        while True:
            try:
                Seeding(
                    _Watched(self.old, self, alone=alone),
                    _Watched(self.new, self, alone=alone),
                    positions=self,
                    persistence=_PERSISTENCE,
                    rules=SeedingRules(anew=False, now_ms=lambda: NOON_MS),
                    on_copied=lambda _: None,
                ).run()
            except Crashed:
                continue
            return

    def pause(self, rest: Sequence[Operation] = (), *, alone: bool) -> None:
        """Others get on. rest: what the builder has sent and what has not landed."""
        for move in self._moves:
            if move == GO_ON:
                return
            if move == CRASH:
                if rest:
                    self._late.append(list(rest))
                raise Crashed
            if move == OTHER_BUILDER:
                if not alone:
                    self.build(alone=True)
            else:
                self.happens(move)
            self.check()

    def happens(self, move: str) -> None:
        """One step of somebody who is no builder."""
        match move:
            case "publish":
                if self._to_say:
                    self.said.append(decoded(self._to_say.pop(0), 0, len(self.said)))
            case "old reads":
                self._get_on(self._reads_old)
            case "new reads" if self._new_began and self._reads_new.committed[LOG] >= self.low:
                self._get_on(self._reads_new)
            case "old mends":
                self._mend("old", self.old)
            case "new mends":
                self._mend("new", self.new)
            case "land late" if self._late:
                self.new.apply([self._late[0].pop(0)])
                self._late = [each for each in self._late if each]
            case "host":
                self._host_is_up = not self._host_is_up
            case "shorten":
                self.low = self._reads_old.committed[LOG]

    def settle(self) -> None:
        """The new generation reads to the end, every host answers, nothing is pending."""
        self._host_is_up = True
        while self._to_say:
            self.happens("publish")
        while self.low > self._reads_new.committed[LOG]:
            self.copy_once_more()
        self._reads_new.crash()
        while self._reads_new.committed[LOG] < len(self.said):
            self.happens("new reads")
        self.mend_all()

    def mend_all(self) -> None:
        """Until nothing of the new generation is pending."""
        while self._mending["new"] or ProductIndex(self.new).count_pending():
            self._mend("new", self.new)

    def land_all(self) -> Iterator[None]:
        """What crashed builders had sent lands, a step at a time."""
        while self._late:
            self.happens("land late")
            yield

    def check(self) -> None:
        """Of the new generation: records rise, a state's images only become more, what is listed is there."""
        index = ProductIndex(self.new)
        for record in index.all_records():
            before = self._listed.get(record.product_id)
            if before is not None:
                assert record.stamp >= before.stamp, f"{before} became {record}"
                if _state(record) == _state(before):
                    assert _found(before) <= _found(record), f"{before} became {record}"
            self._listed[record.product_id] = record
            vectors = index.vectors({record.product_id: _found(record)}).get(record.product_id, {})
            assert vectors.keys() == _found(record), f"{record} lists what is not there"
            for key, vector in vectors.items():
                assert np.allclose(vector, _vector(self.new, key)), f"{key} of {record} is another model's"

    def shown(self) -> dict[str, frozenset[str]]:
        """What a search of the new generation shows: image keys by product."""
        found = ProductIndex(self.new).similar(vector_of("query"), limit=100)
        return {each.record.product_id: frozenset(hit.image_key for hit in each.hits) for each in found}

    def expected(self) -> dict[str, frozenset[str]]:
        """What it must show: the fold of all that was said."""
        return {
            product: keys
            for product, change in fold_of(self.said).items()
            if change.product is not None
            and (keys := frozenset(image.key for image in change.product.images))
        }

    def copy_once_more(self) -> None:
        """The new generation's consumer has met a gap: what `Reindex` does then."""
        seeding = Seeding(
            self.old,
            self.new,
            positions=self,
            persistence=_PERSISTENCE,
            rules=SeedingRules(anew=False, now_ms=lambda: NOON_MS),
            on_copied=lambda _: None,
        )
        seeding.begin_again("its consumer met a gap")
        seeding.run()

    def _get_on(self, member: Member) -> None:
        if member.batch is None:
            start = member.committed[LOG]
            end = min(start + 2, len(self.said))
            member.take(Batch({LOG: (start, end)}, self.said[start:end]))
        else:
            member.step()

    def _mend(self, name: str, collection: MemoryCollection) -> None:
        if self._mending[name]:
            collection.apply([self._mending[name].pop(0)])
        elif due := ProductIndex(collection).due(_FOR_EVER_MS, limit=1):
            self._mending[name] = retry(due[0], self._host_of(collection))

    def _host_of(self, collection: MemoryCollection) -> "_Host":
        return _Host(self, collection)

    def answers(self) -> bool:
        return self._host_is_up


class _Host:
    """Tries an image, with the collection's model."""

    def __init__(self, world: SeedingWorld, collection: MemoryCollection) -> None:
        self._world = world
        self._collection = collection

    def __call__(self, url: str) -> Vector | Exception:
        if self._world.answers():
            return _vector(self._collection, url)
        return HttpUnavailable("503", url=url, status=503)


class _Watched:
    """A builder's view of a collection: before each call, and each operation, others may get on."""

    def __init__(self, inner: MemoryCollection, world: SeedingWorld, *, alone: bool) -> None:
        self._inner = inner
        self._world = world
        self._alone = alone

    @property
    def generation(self) -> Generation:
        return self._inner.generation

    def apply(self, operations: Sequence[Operation]) -> None:
        for number, operation in enumerate(operations):
            self._world.pause(operations[number:], alone=self._alone)
            self._inner.apply([operation])

    def retrieve(self, ids: Ids[str], *, with_vectors: bool = False) -> dict[str, Point]:
        self._world.pause(alone=self._alone)
        return self._inner.retrieve(ids, with_vectors=with_vectors)

    def scroll(
        self, where: Condition, *, limit: int, from_id: str | None = None, with_vectors: bool = False
    ) -> Page:
        self._world.pause(alone=self._alone)
        # Small pages, so that what happens between two of them matters.
        return self._inner.scroll(where, limit=1, from_id=from_id, with_vectors=with_vectors)

    def search(
        self,
        vector: Vector,
        *,
        limit: int,
        hits_per_product: int,
        where: Condition | None = None,
        without: Ids[str] = (),
        with_records: bool = True,
    ) -> list[Candidate]:
        return self._inner.search(
            vector,
            limit=limit,
            hits_per_product=hits_per_product,
            where=where,
            without=without,
            with_records=with_records,
        )

    def count(self, where: Condition) -> int:
        return self._inner.count(where)

    def disk_bytes(self) -> int | None:
        return None

    def maintain(self) -> None:
        self._inner.maintain()


def _generation(model_version: str, suffix: str = "") -> Generation:
    return Generation(
        name=f"products-{model_version}{suffix}",
        model_version=model_version,
        dimension=8,
        preprocessing_hash="0",
        order_kind="version",
        created_at_ms=0,
        incarnation=f"incarnation-{suffix or '-1'}",
    )


def _vector(collection: MemoryCollection, url: str) -> Vector:
    return vector_of(f"{collection.generation.model_version} {url}")


def _state(record: ProductRecord) -> tuple[int, int]:
    return record.stamp.revision, record.stamp.tie


def _found(record: ProductRecord) -> set[str]:
    return {image.key for image in record.images if record.live and image.status is ImageStatus.INDEXED}
