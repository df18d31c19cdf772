"""The models that this process can embed with, by version; reading one never holds up a request."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from threading import Lock, Thread
from time import monotonic

import structlog

from model.embedder import Embedder
from model.errors import ModelError, ModelVersionMissing
from search_api.errors import ModelLoading, ModelMissing

FindEmbedder = Callable[[str], Embedder]
"""From a model version to its embedder. Blocks while it reads files. Raises ModelError."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Failure:
    at: float
    told: str


class EmbedderPool:
    """Embedders by model version, each loaded by a thread of its own. Thread-safe.

    max_loaded: how many stay in memory; of those that no generation needs, the least recently used goes
    first.
    search_again_seconds: how long a version that was not found is not looked for again.
    """

    def __init__(
        self,
        find: FindEmbedder,
        *,
        max_loaded: int = 4,
        search_again_seconds: float = 2.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._find = find
        self._max_loaded = max_loaded
        self._search_again_seconds = search_again_seconds
        self._clock = clock
        self._lock = Lock()
        self._loaded: OrderedDict[str, Embedder] = OrderedDict()
        self._loading: dict[str, Thread] = {}
        self._failed: dict[str, _Failure] = {}
        self._wanted: tuple[str, ...] = ()

    @classmethod
    def of(cls, *embedders: Embedder) -> "EmbedderPool":
        """A pool of these and no others."""

        def find(model_version: str) -> Embedder:
            raise ModelVersionMissing(model_version)

        pool = cls(find, max_loaded=len(embedders))
        pool._loaded.update({each.model_version: each for each in embedders})
        return pool

    def get(self, model_version: str) -> Embedder:
        """The embedder of this model version. Never blocks.

        Raises ModelLoading (reading it has begun), ModelMissing.
        """
        with self._lock:
            if (embedder := self._find_loaded(model_version)) is not None:
                return embedder
            failure = self._failed.get(model_version)
            self._begin(model_version)
        if failure is not None:
            raise ModelMissing(failure.told)
        raise ModelLoading(f"model {model_version} is being loaded")

    def loaded(self, model_version: str) -> Embedder | None:
        """The embedder of this model version where it is in memory. Never blocks, and begins nothing."""
        with self._lock:
            return self._find_loaded(model_version)

    def prepare(self, model_versions: Iterable[str]) -> None:
        """Load these ahead, as many as there is room for, the first ones first. Never blocks.

        They are what there is to stay in memory until the next call; others make room for them.
        """
        wanted = tuple(islice(dict.fromkeys(model_versions), self._max_loaded))
        with self._lock:
            self._wanted = wanted
            for each in wanted:
                if each not in self._loaded:
                    self._begin(each)

    def wait(self) -> None:
        """Block until nothing is being loaded."""
        with self._lock:
            threads = list(self._loading.values())
        for each in threads:
            each.join()

    def _find_loaded(self, model_version: str) -> Embedder | None:
        if (embedder := self._loaded.get(model_version)) is not None:
            self._loaded.move_to_end(model_version)
        return embedder

    def _begin(self, model_version: str) -> None:
        failure = self._failed.get(model_version)
        searched_just_now = failure is not None and self._clock() - failure.at < self._search_again_seconds
        if model_version not in self._loading and not searched_just_now:
            # No daemon: a process that ends while the runtime builds its session is aborted.
            thread = Thread(target=self._load, args=(model_version,), name=f"load-{model_version}")
            self._loading[model_version] = thread
            thread.start()

    def _load(self, model_version: str) -> None:
        try:
            embedder = self._find(model_version)
        except ModelError as error:
            # The text of another ModelError names a path of this machine, which is for the log alone.
            told = str(error)
            if not isinstance(error, ModelVersionMissing):
                told = f"model {model_version} cannot be loaded; the service's log says why"
            with self._lock:
                if self._failed.get(model_version, _Failure(0, "")).told != told:
                    _log.warning("model cannot be served", model_version=model_version, reason=str(error))
                self._failed[model_version] = _Failure(self._clock(), told)
        else:
            _log.info("model loaded", model_version=model_version)
            with self._lock:
                self._failed.pop(model_version, None)
                self._loaded[model_version] = embedder
                while len(self._loaded) > self._max_loaded:
                    del self._loaded[self._least_needed(model_version)]
        finally:
            with self._lock:
                del self._loading[model_version]

    def _least_needed(self, just_loaded: str) -> str:
        others = [each for each in self._loaded if each != just_loaded]
        return next((each for each in others if each not in self._wanted), others[0])
