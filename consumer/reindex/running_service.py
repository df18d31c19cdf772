"""The consumer of the generation that is built, on a thread of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from consumer.service import ConsumerService

_LONGEST_STOP_SECONDS = 120.0


class RunningService:
    """What became of a service that runs on a thread."""

    def __init__(self, service: ConsumerService) -> None:
        self.service = service
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._run, name="consumer", daemon=True)

    def raise_failure(self) -> None:
        """Raise what has stopped the service, if anything did."""
        if self._failure is not None:
            raise self._failure

    def start(self) -> None:
        """Start it."""
        self._thread.start()

    def stop(self) -> None:
        """Let it finish what is under way, commit and leave its group; blocks until it has."""
        self.service.request_stop()
        self._thread.join(_LONGEST_STOP_SECONDS)

    def _run(self) -> None:
        try:
            self.service.run()
        except BaseException as error:  # noqa: BLE001 - raised again on the thread that watches
            self._failure = error


@contextmanager
def running(service: ConsumerService) -> Iterator[RunningService]:
    """The service while the block runs; what stopped it earlier is raised when the block ends by itself."""
    runs = RunningService(service)
    runs.start()
    try:
        yield runs
    finally:
        runs.stop()
    runs.raise_failure()
