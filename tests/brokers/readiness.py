import time

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tests.brokers.broker import BrokerFailed
from tests.brokers.owned_process import OwnedProcess


def quiet_admin(bootstrap_servers: str) -> AdminClient:
    """An admin client that says nothing of refused connections: a broker that starts refuses many."""
    return AdminClient(
        {"bootstrap.servers": bootstrap_servers, "log_level": 0, "reconnect.backoff.max.ms": 200}
    )


def wait_until_answering(
    bootstrap_servers: str, timeout_seconds: float, process: OwnedProcess | None = None
) -> None:
    """Block until the cluster at `bootstrap_servers` lists a broker.

    Raises BrokerFailed when the time is up, or at once when `process`, which runs it, has ended.
    """
    admin = quiet_admin(bootstrap_servers)
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        if process is not None and not process.running:
            raise BrokerFailed(f"the broker ended while it started\n{process.log_tail()}")
        try:
            if admin.list_topics(timeout=1).brokers:
                return
        except KafkaException:
            time.sleep(0.05)
    log = process.log_tail() if process is not None else ""
    raise BrokerFailed(f"no answer from {bootstrap_servers} within {timeout_seconds:.0f} s\n{log}")


def start_broker_process(process: OwnedProcess, bootstrap_servers: str, timeout_seconds: float) -> None:
    """Start the process of a broker and block until it answers; one that does not is ended.

    Raises BrokerFailed.
    """
    process.start()
    try:
        wait_until_answering(bootstrap_servers, timeout_seconds, process)
    except BrokerFailed:
        process.kill()
        raise
