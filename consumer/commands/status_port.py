"""The status server of a command, where a port is set for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from consumer.errors import StatusPortTaken
from consumer.settings import ConsumerSettings
from consumer.vitals import Watched
from telemetry import StatusServer


@contextmanager
def status_server(settings: ConsumerSettings, watched: Watched) -> Iterator[None]:
    """Serve status, health and metrics while the block runs. Raises StatusPortTaken."""
    if settings.consumer_status_port == 0:
        yield
        return
    host, port = settings.consumer_status_host, settings.consumer_status_port
    try:
        server = StatusServer(
            host,
            port,
            service="consumer",
            liveness=watched.vitals.liveness,
            readiness=watched.vitals.readiness,
            metrics=watched.vitals.metrics,
            status=watched.status,
        )
    except OSError as error:
        raise StatusPortTaken(
            f"the status server cannot listen on {host}:{port}: {error.strerror}; set CONSUMER_STATUS_PORT"
        ) from error
    server.start()
    try:
        yield
    finally:
        server.stop()
