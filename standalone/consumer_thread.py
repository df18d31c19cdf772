"""The consumer on a thread of its own, beside everything else."""

from threading import Event, Thread
from time import monotonic

from consumer.service import ConsumerService
from standalone.errors import ConsumerNotReady

_LOOK_SECONDS = 0.05
# More than it grants itself for what is under way, and less than a person's patience.
_STOP_SECONDS = 5.0


class ConsumerThread:
    """Owns the thread that runs the service; what stopped it is raised where it is waited for."""

    def __init__(self, service: ConsumerService) -> None:
        self._service = service
        self._failure: BaseException | None = None
        self._ended = Event()
        # A daemon: should it hang in a call, the process still ends.
        self._thread = Thread(target=self._run, name="consumer", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def check(self) -> None:
        """Raises what stopped the consumer, if something has."""
        if self._failure is not None:
            raise self._failure

    def wait_until_reading(self, deadline_seconds: float) -> None:
        """Block until the group has given it its partitions. Raises ConsumerNotReady, or what stopped it."""
        end = monotonic() + deadline_seconds
        while reasons := self._service.vitals.readiness.reasons():
            self.check()
            if monotonic() > end:
                raise ConsumerNotReady(
                    f"the consumer does not begin to read within {deadline_seconds:.0f} s: "
                    f"{'; '.join(reasons.values())}"
                )
            self._ended.wait(_LOOK_SECONDS)

    def stop(self) -> None:
        """Finish what is under way, commit, leave the group; waits some seconds at most. Idempotent."""
        self._service.request_stop()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        try:
            self._service.run()
        except BaseException as error:  # noqa: BLE001 - whatever it is, `check` raises it on the main thread
            self._failure = error
        finally:
            self._ended.set()
