"""How far a build is, how fast it gets on, and how long that will take. Pure."""

from collections import deque
from dataclasses import dataclass

_WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """What is done of a build, and what there is to do.

    events_done, events_total: of the stretch of the log that the build covers.
    images_done: embedded or taken over since the build was called.
    products_waiting: of which an image is due to be embedded.
    """

    events_done: int
    events_total: int
    images_done: int
    products_waiting: int

    @property
    def finished(self) -> bool:
        """Whether nothing of it is left to do."""
        return self.events_done >= self.events_total and self.products_waiting == 0


class Pace:
    """The speed of something that is counted, over the last minute."""

    def __init__(self, window_seconds: float = _WINDOW_SECONDS) -> None:
        self._window_seconds = window_seconds
        self._seen: deque[tuple[float, float]] = deque()

    def note(self, at_seconds: float, done: float) -> None:
        """So much is done at this moment."""
        self._seen.append((at_seconds, done))
        while len(self._seen) > 2 and at_seconds - self._seen[0][0] > self._window_seconds:
            self._seen.popleft()

    def per_second(self) -> float | None:
        """How much is done a second; None while that cannot be told."""
        if not self._seen:
            return None
        (began, before), (ended, after) = self._seen[0], self._seen[-1]
        return (after - before) / (ended - began) if ended > began else None

    def seconds_for(self, left: float) -> float | None:
        """How long so much more takes at this speed; None while that cannot be told."""
        if left <= 0:
            return 0.0
        speed = self.per_second()
        return left / speed if speed is not None and speed > 0 else None


def time_left_seconds(events: Pace, products: Pace, progress: BuildProgress) -> float | None:
    """How long the build still takes: the slower of what is left; None while that cannot be told.

    products: the pace at which waiting products become fewer.
    """
    parts = (
        events.seconds_for(progress.events_total - progress.events_done),
        products.seconds_for(progress.products_waiting),
    )
    known = [part for part in parts if part is not None]
    return max(known) if len(known) == len(parts) else None


def in_words(seconds: float | None) -> str:
    """A time left, for people."""
    if seconds is None:
        return "time left unknown"
    if seconds < 60:
        return f"about {seconds:.0f} s left"
    minutes = round(seconds / 60)
    return f"about {minutes} min left" if minutes < 120 else f"about {minutes / 60:.1f} h left"
