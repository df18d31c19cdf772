"""What the API looks at between requests: which models it will need, and whether anybody writes the index."""

from collections.abc import Callable
from threading import Event, Thread
from time import time_ns
from typing import Final

import structlog

from search_api.errors import SearchApiError
from search_api.metric_definitions import GENERATION, INDEX_SILENT_SECONDS
from search_api.parts import Parts
from vector_store import Generation, ProductIndex, StoreError, StoreRefused

SILENT_AFTER_SECONDS: Final = 60.0
"""A consumer at work writes its status every ten seconds; after so many without, something is wrong."""

_FIRST_LOOK_SECONDS = 2.0
_LONGEST_STOP_SECONDS = 2.0

_log = structlog.get_logger()


class IndexWatch:
    """Looks every few seconds, in a thread of its own. now_ms: milliseconds since 1970."""

    def __init__(
        self,
        parts: Parts,
        *,
        every_seconds: float = 2.0,
        now_ms: Callable[[], int] = lambda: time_ns() // 1_000_000,
    ) -> None:
        self._parts = parts
        self._every_seconds = every_seconds
        self._now_ms = now_ms
        self._stop = Event()
        self._thread = Thread(target=self._run, name="index-watch", daemon=True)
        self._shown: Generation | None = None
        self._is_silent = False
        self._is_away = False
        self._looked = Event()
        self._refusal: StoreRefused | None = None

    def start(self) -> None:
        """Look, and again every few seconds from now on. Blocks for the first look, two seconds at most.

        Raises StoreRefused where that look meets it: then nobody but a person can help.
        """
        self._thread.start()
        self._looked.wait(_FIRST_LOOK_SECONDS)
        if self._refusal is not None:
            raise self._refusal

    def stop(self) -> None:
        """Look no more. Blocks while a look is under way, two seconds at most."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(_LONGEST_STOP_SECONDS)

    def look(self) -> None:
        """Have the models of all generations read, and measure. Blocks; raises NotReady, StoreError.

        A generation that is still being built has its model here before it is promoted.
        """
        self._parts.embedders.prepare(each.model_version for each in self._parts.index.generations())
        self._parts.index.do(self._look_at)

    def _look_at(self, index: ProductIndex) -> None:
        self._show(index.generation)
        written_at_ms = (index.status() or {}).get("written_at_ms")
        since_ms = written_at_ms if isinstance(written_at_ms, int) else index.generation.created_at_ms
        self._measure(max(0.0, (self._now_ms() - since_ms) / 1000), index.generation)

    def _run(self) -> None:
        self._try_to_look()
        self._looked.set()
        while not self._stop.wait(self._every_seconds):
            self._try_to_look()

    def _try_to_look(self) -> None:
        try:
            self.look()
        except SearchApiError as error:
            _log.debug("the index cannot be looked at", reason=str(error))
        except StoreError as error:
            self._note_absence(error)
            return
        except Exception:  # noqa: BLE001 - the loop must still be there when the next generation is
            _log.exception("looking at the index failed")
            return
        if self._is_away:
            self._is_away = False
            _log.info("the index answers again")

    def _note_absence(self, error: StoreError) -> None:
        if not self._looked.is_set() and isinstance(error, StoreRefused):
            self._refusal = error
        if not self._is_away:
            self._is_away = True
            _log.warning("the index does not answer: searches are refused until it does", reason=str(error))

    def _show(self, generation: Generation) -> None:
        if self._shown == generation:
            return
        if self._shown is not None:
            _log.info("another generation is promoted", generation=generation.name, before=self._shown.name)
            self._set_generation(self._shown, 0)
        self._set_generation(generation, 1)
        self._shown = generation

    def _set_generation(self, generation: Generation, value: int) -> None:
        self._parts.metrics.set(
            GENERATION, value, generation=generation.name, model_version=generation.model_version
        )

    def _measure(self, silent_seconds: float, generation: Generation) -> None:
        self._parts.metrics.set(INDEX_SILENT_SECONDS, silent_seconds)
        is_silent = silent_seconds >= SILENT_AFTER_SECONDS
        if is_silent and not self._is_silent:
            _log.warning(
                "the promoted generation is not kept up to date: no consumer of it says that it is at work",
                generation=generation.name,
                silent_seconds=round(silent_seconds),
            )
        self._is_silent = is_silent
