"""The promoted generation's records are copied into a new one, which then reads on where that one stood.

The order is the argument: what the promoted generation's group has committed is in its records; so the copy
begins after those offsets were noted, and nothing of the new generation is read from the log before the copy
is whole. Whatever is written to the promoted generation meanwhile, comes from messages at those offsets or
after them, and reaches the new one from the log. Copying twice, or by two builders at once, changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import structlog

from consumer.persistence import Persistence
from consumer.reindex.build_mark import BuildMark, BuildMarks, BuildSource
from consumer.reindex.copied_record import copied_write
from consumer.reindex.positions import LogPositions
from consumer.stoppable_queue import Stopped
from vector_store import Collection, ProductIndex, ProductRecord
from vector_store.points import Page, Vector

_log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SeedingRules:
    """anew: every image is downloaded again. now_ms: the time of day, in milliseconds since 1970."""

    anew: bool
    now_ms: Callable[[], int]


class Seeding:
    """Copies records from `source` to `target`.

    on_copied: takes how many records were copied just now. stopped: asked between pages, whether to end.
    """

    def __init__(
        self,
        source: Collection,
        target: Collection,
        *,
        positions: LogPositions,
        persistence: Persistence,
        rules: SeedingRules,
        on_copied: Callable[[int], None],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._source = ProductIndex(source)
        self._target = ProductIndex(target)
        self._marks = BuildMarks(target)
        self._positions = positions
        self._persistence = persistence
        self._rules = rules
        self._on_copied = on_copied
        self._stopped = stopped

    def run(self) -> None:
        """Copy what is not copied yet; returns once everything is, and the log still holds what follows.

        Blocks. Where the log has lost events meanwhile that the new group would begin with, it begins anew.
        Raises Stopped when it is to end first: a later call goes on. Raises ReindexRefused, SkipRefused,
        KafkaUnreachable, StoreError.
        """
        mark = self._call(self._marks.read)
        if mark is None:
            first = self._new_mark()
            mark = self._call(lambda: self._marks.begin(first))
        while not mark.finished:
            mark = self._go_on(mark)

    def begin_again(self, why: str) -> None:
        """Note new positions, and have everything copied once more by the next `run`."""
        if (mark := self._call(self._marks.read)) is not None:
            self._begin_again(mark, why)

    def _go_on(self, mark: BuildMark) -> BuildMark:
        """Copy the rest of this mark's turn; returns the mark that is there then."""
        if mark.copied_from != self._source.generation.incarnation:
            return self._begin_again(mark, "another generation is promoted than the one it was copied from")
        starts = mark.starts or {}
        self._positions.start_target(starts)
        from_id = mark.copied_to
        while True:
            if self._stopped():
                raise Stopped
            page = self._page(from_id)
            self._copy(page)
            if (from_id := page.next_id) is None:
                break
            there = self._move(mark.copied_up_to(from_id))
            if there.finished or there.turn != mark.turn:
                return there
        if self._positions.is_short(starts):
            return self._begin_again(mark, "the log has lost events that would have been read next")
        return self._move(mark.with_all_copied())

    def _move(self, mark: BuildMark) -> BuildMark:
        return self._call(lambda: self._marks.move(mark))

    def _begin_again(self, mark: BuildMark, why: str) -> BuildMark:
        _log.warning("records are copied once more", reason=why, turn=mark.turn + 1)
        following = self._new_mark()
        return self._call(lambda: self._marks.begin_again(following, mark))

    def _new_mark(self) -> BuildMark:
        return BuildMark(
            source=BuildSource.RECORDS,
            finished=False,
            copied_from=self._source.generation.incarnation,
            starts=self._positions.of_source(),
        )

    def _page(self, from_id: str | None) -> Page:
        inspection = self._source.inspection()
        return self._call(lambda: next(inspection.record_pages(from_id=from_id)))

    def _copy(self, page: Page) -> None:
        records = [ProductRecord.from_payload(point.payload) for point in page.points]
        vectors = self._known_vectors(records)
        attributes = self._target.generation.filterable_attributes
        writes = [
            copied_write(
                record,
                vectors.get(record.product_id, {}),
                anew=self._rules.anew,
                filterable_attributes=attributes,
                now_ms=self._rules.now_ms(),
            )
            for record in records
        ]
        self._call(lambda: self._target.write(writes))
        self._on_copied(len(writes))

    def _known_vectors(self, records: list[ProductRecord]) -> Mapping[str, Mapping[str, Vector]]:
        """Vectors by product id and image key, where both generations are of one model version.

        Only of records that are the same after the vectors were read: what such a record lists has a point
        that is not older than itself. A record that has changed since is copied as it was read, to be
        embedded; the event that changed it is yet to be read by the new generation.
        """
        if self._rules.anew or self._source.generation.model_version != self._target.generation.model_version:
            return {}
        listed = {
            record.product_id: [i.key for i in record.images if record.lists_as_indexed(i.key)]
            for record in records
        }
        keys = {product_id: some for product_id, some in listed.items() if some}
        vectors = self._call(lambda: self._source.vectors(keys))
        afterwards = self._call(lambda: self._source.records(vectors))
        stamps = {record.product_id: record.stamp for record in records}
        return {
            product_id: found
            for product_id, found in vectors.items()
            if product_id in afterwards and afterwards[product_id].stamp == stamps[product_id]
        }

    def _call(self, action: Callable[[], T]) -> T:
        return self._persistence.call("index", action)
