"""How long the stages of one answer took."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter


class Stopwatch:
    """Seconds by stage, in order; a stage that comes again adds up. One request's own, so of one thread."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure the block."""
        started = self._clock()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self._clock() - started

    def milliseconds(self) -> dict[str, float]:
        """By stage, to a hundredth."""
        return {name: round(1000 * seconds, 2) for name, seconds in self.seconds.items()}

    def server_timing(self) -> str:
        """As the header Server-Timing has it, so that a browser's tools show it."""
        return ", ".join(f"{name};dur={value}" for name, value in self.milliseconds().items())
