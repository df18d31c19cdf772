"""A reindex from its beginning to its end: begun or resumed, built, audited, compared, promoted."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from threading import Event
from time import time_ns

import structlog

from consumer.audit.generation_audit import AuditReport
from consumer.errors import OffsetGap, ReindexRefused
from consumer.generation_choice import model_version_in
from consumer.kafka.client_config import client_config, group_name
from consumer.kafka.group_lag import GroupLagReader
from consumer.kafka.topics import prepare_topics
from consumer.metric_definitions import DEFINITIONS
from consumer.persistence import Persistence
from consumer.redrive.returned_messages import redrive_topic
from consumer.reindex.build_mark import BuildMark, BuildMarks, BuildSource
from consumer.reindex.comparison import Comparison, compare_generations
from consumer.reindex.completion import Completion
from consumer.reindex.log_completeness import look_at_the_log
from consumer.reindex.positions import KafkaPositions
from consumer.reindex.running_service import RunningService, running
from consumer.reindex.seeding import Seeding, SeedingRules
from consumer.reindex.source_choice import choose_source
from consumer.reindex.target import Target, open_target
from consumer.reindex.watching import Watcher
from consumer.service import ConsumerService
from consumer.settings import ConsumerSettings
from consumer.stoppable_queue import Stopped
from consumer.wiring import build_consumer
from model.embedder import Embedder
from model.load_embedder import load_embedder
from model.model_files import ModelFiles
from telemetry import Metrics, Readiness
from vector_store import Collection, ProductIndex, VectorStore

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ReindexRequest:
    """What to build. The model is MODEL_PATH where the settings name one, else the promoted generation's.

    source: None: from the log where it holds everything, else from the promoted generation's records.
    refetch: every image is downloaded again. promote: once it is caught up and its audit is clean.
    exits: whether the consumer of the new generation ends once it is promoted.
    """

    suffix: str | None = None
    source: BuildSource | None = None
    refetch: bool = False
    promote: bool = False
    exits: bool = False


@dataclass(slots=True)
class ReindexOutcome:
    """What has come of it. finished: whether it was built, audited and compared to the end.

    instead_of: the generation that was promoted when it began. audit, comparison: None where it did not come
    to that, or there is nothing to compare with.
    """

    generation: str
    instead_of: str | None
    source: BuildSource
    resumed: bool
    finished: bool = False
    promoted: bool = False
    audit: AuditReport | None = None
    comparison: Comparison | None = None


Serve = Callable[[ConsumerService], AbstractContextManager[None]]
"""What runs beside the new generation's consumer, such as its status server."""


class Reindex:
    """One call of it, on the calling thread. stop: ends it cleanly at any moment; a later call goes on."""

    def __init__(
        self,
        settings: ConsumerSettings,
        store: VectorStore,
        request: ReindexRequest,
        *,
        watcher: Watcher,
        stop: Event,
        serve: Serve = lambda _: nullcontext(),
    ) -> None:
        # With no copy ever fresh, the image cache asks each image's host whether it has changed.
        changed = {"image_cache_fresh_seconds": 0.0} if request.refetch else {}
        self._settings = settings.model_copy(update=changed)
        self._store = store
        self._request = request
        self._watcher = watcher
        self._stop = stop
        self._serve = serve
        self._kafka = client_config(settings)
        self._redrive_topic = redrive_topic(settings.kafka_dead_letter_topic)
        self._topics = (*settings.kafka_topics, self._redrive_topic)

    def run(self) -> ReindexOutcome:
        """Build until all is done or `stop` is set; with `promote` and not `exits` it stays until then.

        Blocks. Raises StartRefused, OffsetGap, KafkaFatal, ModelError, StoreError.
        """
        target = self._open_target()
        marks = BuildMarks(target.opened.collection)
        mark = marks.read()
        try:
            source = self._choose_source(target, mark)
        except ReindexRefused:
            # What was made for this call alone must not be found by the next one.
            if not target.resumed and marks.read() is None:
                self._store.drop(target.name)
            raise
        outcome = ReindexOutcome(
            target.name,
            None if target.promoted is None else target.promoted.generation.name,
            source,
            target.resumed,
        )
        self._watcher.says(_beginning(outcome))
        if source is BuildSource.LOG:
            # Another builder may have begun since it was looked.
            mark = marks.begin(BuildMark(BuildSource.LOG, finished=True))
            outcome.source = mark.source
        try:
            if outcome.source is BuildSource.LOG:
                self._build(target, outcome)
            else:
                self._build_on_records(target, mark, outcome)
        except Stopped:
            _log.info("stopped; the same command goes on with it", generation=target.name)
        return outcome

    def _open_target(self) -> Target:
        prepare_topics(
            self._kafka,
            topics=self._settings.kafka_topics,
            own_topics=(self._settings.kafka_dead_letter_topic, self._redrive_topic),
        )
        embedder = self._load_model()
        return open_target(self._store, self._settings, embedder, suffix=self._request.suffix, now_ms=_now_ms)

    def _load_model(self) -> Embedder:
        """Of a promoted generation that is lost too, by its name: a replay must not change the model."""
        promoted = self._store.promoted()
        if promoted is None or "model_path" in self._settings.model_fields_set:
            return load_embedder(self._settings)
        return ModelFiles(self._settings).load(model_version_in(promoted, self._settings.collection))

    def _choose_source(self, target: Target, mark: BuildMark | None) -> BuildSource:
        lacks = None
        if mark is None:
            lacks = look_at_the_log(self._kafka, self._group(target.opened.collection), self._topics)
        source = choose_source(
            self._request.source, mark, log_lacks=lacks, records_lack=_what_records_lack(target)
        )
        if source is BuildSource.LOG and lacks is not None:
            _log.warning("the log is short", reason=lacks)
        return source

    def _group(self, collection: Collection) -> str:
        generation = collection.generation
        return group_name(self._settings, generation.name, generation.incarnation)

    def _build_on_records(self, target: Target, mark: BuildMark | None, outcome: ReindexOutcome) -> None:
        """Copy the records, then build; once more where the log has lost what was to be read next."""
        if target.promoted is None:
            if mark is None or not mark.finished:
                raise ReindexRefused(
                    f"{target.name} is half copied from a generation that is gone: drop it, and begin anew"
                )
            self._build(target, outcome)
            return
        seeding = self._seeding(target, target.promoted)
        while True:
            seeding.run()
            try:
                self._build(target, outcome)
                return
            except OffsetGap as gap:
                if outcome.promoted:
                    raise
                seeding.begin_again(str(gap))

    def _seeding(self, target: Target, promoted: Collection) -> Seeding:
        total, copied = ProductIndex(promoted).count_records(), 0

        def on_copied(records: int) -> None:
            nonlocal copied
            copied += records
            self._watcher.copies(copied, total)

        return Seeding(
            promoted,
            target.opened.collection,
            positions=KafkaPositions(
                self._kafka,
                self._topics,
                source=self._group(promoted),
                target=self._group(target.opened.collection),
            ),
            persistence=Persistence(self._stop, Readiness(), Metrics(DEFINITIONS)),
            rules=SeedingRules(anew=self._request.refetch, now_ms=_now_ms),
            on_copied=on_copied,
            stopped=self._stop.is_set,
        )

    def _build(self, target: Target, outcome: ReindexOutcome) -> None:
        service = build_consumer(
            self._settings, self._store, target.opened, reuses_promoted=not self._request.refetch
        )
        collection = target.opened.collection
        with (
            GroupLagReader(self._kafka, self._group(collection), self._topics) as lag,
            running(service) as runs,
            self._serve(service),
        ):
            completion = Completion(collection, lag, runs, self._watcher, self._stop, now_ms=_now_ms)
            self._complete(target, completion, outcome)
            if outcome.promoted and not self._request.exits:
                self._stay(runs)

    def _complete(self, target: Target, completion: Completion, outcome: ReindexOutcome) -> None:
        completion.wait_until_caught_up()
        outcome.audit = completion.audit()
        if target.promoted is not None and not self._stop.is_set():
            self._watcher.says("compares it with the promoted generation")
            outcome.comparison = compare_generations(
                ProductIndex(target.opened.collection),
                ProductIndex(target.promoted),
                stopped=self._stop.is_set,
            )
        if self._stop.is_set():
            raise Stopped
        outcome.finished = True
        if self._request.promote and outcome.audit.sound:
            # What has arrived while it was audited and compared.
            completion.wait_until_caught_up()
            self._store.promote(target.name)
            outcome.promoted = True
            self._watcher.says(f"{target.name} is promoted: searches are answered from it")

    def _stay(self, runs: RunningService) -> None:
        self._watcher.says("stays as its consumer until SIGTERM or Ctrl-C")
        while not self._stop.wait(0.5):
            runs.raise_failure()


def _what_records_lack(target: Target) -> str | None:
    if target.promoted is None:
        return "no generation is promoted whose records could be copied"
    kinds = target.promoted.generation.order_kind, target.opened.collection.generation.order_kind
    if kinds[0] != kinds[1]:
        return f"the promoted generation was built with EVENT_ORDER={kinds[0]}, and this is {kinds[1]}"
    return None


def _beginning(outcome: ReindexOutcome) -> str:
    verb = "goes on with" if outcome.resumed else "builds"
    beside = f", beside the promoted {outcome.instead_of}" if outcome.instead_of else ""
    return f"{verb} {outcome.generation} from the {outcome.source.value}{beside}"


def _now_ms() -> int:
    return time_ns() // 1_000_000
