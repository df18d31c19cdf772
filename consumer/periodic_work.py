"""What one member of the group does now and then for all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic

import structlog

from consumer.errors import Next, what_happens_next
from consumer.stoppable_queue import Stopped

_log = structlog.get_logger()


@dataclass(slots=True)
class Chore:
    """Something to do every so many seconds. A failure that may pass is logged, and the next turn comes."""

    name: str
    every_seconds: float
    action: Callable[[], object]
    due_at: float = 0.0


class PeriodicWork:
    """A thread that does the chores, while `is_mine` says that this member is the one."""

    def __init__(
        self,
        chores: Sequence[Chore],
        *,
        is_mine: Callable[[], bool],
        stop: Event,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._chores = tuple(chores)
        self._is_mine = is_mine
        self._stop = stop
        self._clock = clock
        self._pause_seconds = min((chore.every_seconds for chore in self._chores), default=1.0)
        self._thread = Thread(target=self._run, name="periodic", daemon=True)
        self.failure: Exception | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def join(self, timeout_seconds: float) -> None:
        """Wait for the thread's end; the stop event must be set."""
        if self._thread.ident is not None:
            self._thread.join(timeout_seconds)

    def turn(self) -> None:
        """Do every chore that is due. Raises what means STOP, and Stopped."""
        if not self._is_mine():
            return
        for chore in self._chores:
            now = self._clock()
            if now < chore.due_at:
                continue
            chore.due_at = now + chore.every_seconds
            try:
                chore.action()
            except Stopped:
                raise
            except Exception as error:  # which of them end the consumer, `what_happens_next` knows
                if what_happens_next(error) is Next.STOP:
                    raise
                _log.warning("periodic work put off", work=chore.name, reason=str(error))

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._pause_seconds):
                self.turn()
        except Stopped:
            return
        except Exception as error:  # noqa: BLE001 - the main thread raises it again
            self.failure = error
