"""The models that this process can embed with, by version; reading one never holds up a request."""

import math
from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock, Thread
from time import monotonic

import structlog

from model.embedder import Embedder
from model.errors import ModelError, ModelVersionMissing
from search_api.errors import ModelLoading, ModelMissing

FindEmbedder = Callable[[str], Embedder]
"""From a model version to its embedder. Blocks while it reads files. Raises ModelError."""

_log = structlog.get_logger()


class EmbedderPool:
    """Embedders by model version, each loaded by a thread of its own when first asked for. Thread-safe.

    max_loaded: how many stay in memory; the least recently used goes first. Two cover a change of model.
    search_again_seconds: how long a version that was not found is not looked for again.
    """

    def __init__(
        self,
        find: FindEmbedder,
        *,
        max_loaded: int = 2,
        search_again_seconds: float = 10.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._find = find
        self._max_loaded = max_loaded
        self._search_again_seconds = search_again_seconds
        self._clock = clock
        self._lock = Lock()
        self._loaded: OrderedDict[str, Embedder] = OrderedDict()
        self._loading: dict[str, Thread] = {}
        self._failed: dict[str, tuple[float, str]] = {}

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
            if (embedder := self._loaded.get(model_version)) is not None:
                self._loaded.move_to_end(model_version)
                return embedder
            failed_at, reason = self._failed.get(model_version, (-math.inf, None))
            if self._clock() - failed_at >= self._search_again_seconds:
                self._begin(model_version)
            if reason is not None:
                raise ModelMissing(reason)
        raise ModelLoading(f"model {model_version} is being loaded")

    def prepare(self, model_versions: Iterable[str]) -> None:
        """Begin to load those that are neither loaded nor known to be missing. Never blocks."""
        with self._lock:
            for each in model_versions:
                if each not in self._loaded and each not in self._failed and self._has_room():
                    self._begin(each)

    def wait(self) -> None:
        """Block until nothing is being loaded."""
        with self._lock:
            threads = list(self._loading.values())
        for each in threads:
            each.join()

    def _has_room(self) -> bool:
        return len(self._loaded) + len(self._loading) < self._max_loaded

    def _begin(self, model_version: str) -> None:
        if model_version not in self._loading:
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
            _log.warning("model cannot be served", model_version=model_version, reason=str(error))
            with self._lock:
                self._failed[model_version] = (self._clock(), told)
        else:
            _log.info("model loaded", model_version=model_version)
            with self._lock:
                self._failed.pop(model_version, None)
                self._loaded[model_version] = embedder
                while len(self._loaded) > self._max_loaded:
                    self._loaded.popitem(last=False)
        finally:
            with self._lock:
                del self._loading[model_version]
