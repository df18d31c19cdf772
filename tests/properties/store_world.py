"""A shop, its log, its image host, and all who write one index: the world of `test_store_machine`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from consumer.audit.findings import compare, repair
from consumer.audit.generation_audit import Audit, AuditReport
from consumer.steps.decode import DecodedEvent
from images.errors import HttpUnavailable, NotAnImage
from product_events import ProductChange, RawMessage
from tests.contract.samples import empty, vector_of
from tests.properties.explorer.shop_log import NOON_MS, Says, come_back, decoded, fold_of, sent, url_of
from tests.properties.store_members import Batch, Member, retry
from vector_store import Collection, HasId, ImageStatus, ProductIndex, ProductRecord, pending_again
from vector_store.amendments import replace_as_read
from vector_store.identity import image_point_uuid, product_uuid
from vector_store.points import DeletePoints, Operation, Vector

REDRIVE = "redrive"
TOPICS = ("product.created", "product.updated", "product.deleted", REDRIVE)
LETTERS = "abc"
MOST_UNDER_WAY = 3
_FOR_EVER_MS = 2**52
_MOST_ROUNDS = 8


class StoreWorld:
    """Two members, a mender, and a desk from where people audit and redrive, over one emptied collection."""

    def __init__(self, collection: Collection) -> None:
        empty(collection)
        self.collection = collection
        self.index = ProductIndex(collection)
        self.said: list[DecodedEvent] = []
        self.lost: set[tuple[str, str]] = set()
        self.under_way: list[list[Operation]] = []
        self._log: dict[str, list[DecodedEvent | None]] = {topic: [] for topic in TOPICS}
        self._dead_letters: list[RawMessage] = []
        self._host_is = dict.fromkeys(map(url_of, LETTERS), "up")
        self._committed = dict.fromkeys(TOPICS, 0)
        self.members = tuple(Member(collection, self._try, self._committed) for _ in range(2))
        self.mender: list[Operation] = []
        self.desk: list[Operation] = []
        self._looked: tuple[str, ProductRecord | None] | None = None

    def publish(self, says: Says, topic: str, *, usable: bool) -> None:
        """An event; one that is not usable becomes a dead letter when it is read."""
        offset = len(self._log[topic])
        event = decoded(says, TOPICS.index(topic), offset, by_time=True)
        self.said.append(event)
        self._log[topic].append(event if usable else None)
        if not usable:
            self._dead_letters.append(sent(says, TOPICS.index(topic), offset, by_time=True))

    def redrive(self, number: int) -> None:
        """One of the dead letters comes back."""
        if self._dead_letters:
            letter = self._dead_letters[number % len(self._dead_letters)]
            self._log[REDRIVE].append(come_back(letter, by_time=True))

    def host_becomes(self, letter: str, state: str) -> None:
        """The image is `up`, `down` for now, or `refused` for good."""
        self._host_is[url_of(letter)] = state

    def batch(self, places: Mapping[str, tuple[int, int]]) -> Batch:
        """By topic some stretch of what is there, anywhere, again or ahead."""
        stretches: dict[str, tuple[int, int]] = {}
        for topic, (start, length) in places.items():
            first = start % max(len(self._log[topic]), 1)
            stretches[topic] = (first, min(first + length, len(self._log[topic])))
        return self._batch_of(stretches)

    def rest(self) -> Batch:
        """Everything that is not committed."""
        return self._batch_of({topic: (self._committed[topic], len(self._log[topic])) for topic in TOPICS})

    def mend(self, number: int) -> None:
        """The mender's next step: an operation lands, or it tries the images of a record."""
        if self.mender:
            self.collection.apply([self.mender.pop(0)])
        elif due := self.index.due(_FOR_EVER_MS, limit=10):
            self.mender = retry(due[number % len(due)], self._try)

    def work_at_desk(self, product: str | None) -> None:
        """The desk's next step: an operation lands, points are judged, or a product's record is read."""
        inspection = self.index.inspection()
        if self.desk:
            self.collection.apply([self.desk.pop(0)])
        elif self._looked is not None:
            uuid, record = self._looked
            self._looked = None
            self.desk = list(
                repair(record, compare(uuid, record, inspection.images_of([uuid]), {}), now_ms=NOON_MS)
            )
        elif product is not None:
            uuid = product_uuid(product)
            payload = inspection.records([uuid]).get(uuid)
            self._looked = uuid, None if payload is None else ProductRecord.from_payload(payload)

    def try_failed_images_again(self, product: str) -> None:
        """Somebody redrives the images of a product that have failed; the request is the desk's."""
        record = self.index.record(product)
        failed = (
            {i.key for i in record.images if i.status is ImageStatus.FAILED} if record is not None else ()
        )
        if record is not None and failed and not self.desk:
            self.desk = [replace_as_read(pending_again(record, failed, now_ms=NOON_MS, reason="redriven"))]

    def leave_under_way(self, operations: Sequence[Operation]) -> None:
        """What an owner that is no more had sent: it may land later."""
        if operations and len(self.under_way) < MOST_UNDER_WAY:
            self.under_way.append(list(operations))

    def land_late(self, number: int) -> None:
        """The next operation of one of the requests whose owners are no more."""
        if self.under_way:
            request = self.under_way[number % len(self.under_way)]
            self.collection.apply([request.pop(0)])
            self.under_way = [each for each in self.under_way if each]

    def lose_a_point(self, product: str, letter: str) -> None:
        """A point of an image that is listed is gone, by no step of anybody."""
        record = self.index.record(product)
        if record is not None and record.lists_as_indexed(url_of(letter)):
            self.lost.add((product, url_of(letter)))
            gone = HasId(frozenset({image_point_uuid(product, url_of(letter))}))
            self.collection.apply([DeletePoints(gone)])

    def audit(self, *, repairs: bool) -> AuditReport:
        """A whole audit, at once."""
        audit = Audit(
            self.index.inspection(),
            repairs=repairs,
            tell=lambda _: None,
            clock=lambda: 0,
            now_ms=lambda: NOON_MS,
            settle_seconds=0,
        )
        for _ in audit.steps():
            pass
        return audit.report

    def settle(self) -> None:
        """Everything that was said is delivered, every host answers, nothing is pending, failed or lost."""
        for letter in LETTERS:
            self.host_becomes(letter, "up")
        for number in range(len(self._dead_letters)):
            self.redrive(number)
        for member in self.members:
            while member.batch is not None:
                member.step()
        member = self.members[0]
        member.take(self.rest())
        while member.batch is not None:
            member.step()
        for _ in range(_MOST_ROUNDS):
            self._empty_desks()
            for record in list(self.index.all_records()):
                self.try_failed_images_again(record.product_id)
                self._empty_desks()
            if self.audit(repairs=True).clean and not self.index.count_pending():
                return
        raise AssertionError(f"it does not settle: {list(self.index.all_records())}")

    def fold(self) -> Mapping[str, ProductChange]:
        """By product the last change that was said."""
        return fold_of(self.said)

    def _empty_desks(self) -> None:
        while self.desk or self._looked:
            self.work_at_desk(None)
        while self.mender or self.index.count_pending():
            self.mend(0)

    def _batch_of(self, stretches: Mapping[str, tuple[int, int]]) -> Batch:
        return Batch(stretches, list(self._messages(stretches.items())))

    def _messages(self, stretches: Iterable[tuple[str, tuple[int, int]]]) -> Iterator[DecodedEvent | None]:
        for topic, (start, end) in stretches:
            yield from self._log[topic][start:end]

    def _try(self, url: str) -> Vector | Exception:
        match self._host_is[url]:
            case "down":
                return HttpUnavailable("503", url=url, status=503)
            case "refused":
                return NotAnImage("not an image", url=url)
            case _:
                return vector_of(url)
