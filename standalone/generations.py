"""The generations of a demo: each that may be searched has its consumer, all in this process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock
from time import time_ns

from consumer.commands.generations.surroundings import RealTime
from consumer.generation_choice import open_for_run
from consumer.generations.groups import KafkaGroups
from consumer.generations.promotion import Promotion, promote
from consumer.generations.rollback import Rollback, roll_back
from consumer.generations.standing import Standing, standings
from consumer.reindex.build_mark import is_half_copied
from consumer.reindex.rebuild import Reindex, ReindexOutcome, ReindexRequest
from consumer.reindex.watching import Watcher
from consumer.settings import ConsumerSettings
from consumer.wiring import build_consumer
from standalone.consumer_thread import ConsumerThread
from standalone.errors import ReindexUnderWay
from standalone.model_shelf import shelve_model
from vector_store import VectorStore

_FEW_FETCHES = 4


class Generations:
    """Lists, builds, promotes; keeps the consumers of what was promoted and of what may be. Thread-safe.

    Every change blocks until it is done, and one is made at a time: another raises ReindexUnderWay.
    consumers: those that run already, by their generation; `stop` ends the ones that were started here.
    stays: whether this process goes on after a change, and so keeps what it has built up to date.
    """

    def __init__(
        self,
        settings: ConsumerSettings,
        store: VectorStore,
        consumers: Mapping[str, ConsumerThread],
        *,
        stays: bool = True,
    ) -> None:
        self._settings = settings
        self._stays = stays
        self._store = store
        self._groups = KafkaGroups(settings)
        self._changing = Lock()
        self._given = dict(consumers)
        self._own: dict[str, ConsumerThread] = {}

    def check(self) -> None:
        """Raises what has stopped a consumer, if something has."""
        for each in (*self._given.values(), *tuple(self._own.values())):
            each.check()

    def stop(self) -> None:
        """End the consumers that were started here. Idempotent."""
        for each in tuple(self._own.values()):
            each.stop()

    def standings(self) -> list[Standing]:
        """Every generation, oldest first. Raises StoreError."""
        return list(standings(self._store, self._groups, now_ms=_now_ms))

    def keep_previous(self) -> str | None:
        """Have a consumer for where a rollback goes; its name, or None where it goes nowhere."""
        previous = self._store.previous()
        if previous is not None:
            self._keep(previous)
        return previous

    def promote(self, name: str, *, force: bool) -> Promotion:
        """Let searches be answered from it. Raises GenerationMissing, GenerationChangeRefused."""
        with self._alone():
            collection = self._store.open(name)
            if not is_half_copied(collection):
                self._keep(name)
            return promote(self._store, collection, self._groups, time=RealTime(), force=force)

    def roll_back(self) -> Rollback:
        """Let searches be answered from the one before. Raises GenerationChangeRefused."""
        with self._alone():
            done = roll_back(self._store)
            if self._stays:
                self._keep(done.promoted)
            return done

    def reindex(
        self, model: Path | None, request: ReindexRequest, *, watcher: Watcher, stop: Event
    ) -> ReindexOutcome:
        """Build a generation beside the promoted one, with little of the machine, and keep it up to date.

        model: an exported file; None: that of the promoted generation. Blocks until all is done or `stop` is
        set; the same call goes on with it later. Raises what Reindex raises, ModelError, FolderUnusable.
        """
        with self._alone():
            changed: dict[str, object] = {"embed_threads": 1, "embed_calls": 1, "fetch_threads": _FEW_FETCHES}
            if model is not None:
                changed["model_path"] = shelve_model(model, self._settings.model_dir)
            settings = self._settings.model_copy(update=changed)
            outcome = Reindex(settings, self._store, request, watcher=watcher, stop=stop).run()
            if outcome.finished and self._stays:
                self._keep(outcome.generation)
            return outcome

    def _keep(self, name: str) -> None:
        if name in self._given or name in self._own:
            return
        opened = open_for_run(self._store, self._settings, name=name, now_ms=_now_ms)
        thread = ConsumerThread(build_consumer(self._settings, self._store, opened))
        thread.start()
        self._own[name] = thread

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._changing.acquire(blocking=False):
            raise ReindexUnderWay("another command is at work on the generations: wait until it has ended")
        try:
            yield
        finally:
            self._changing.release()


def _now_ms() -> int:
    return time_ns() // 1_000_000
