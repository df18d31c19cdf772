from tests.brokers.readiness import wait_until_answering


class ExistingCluster:
    """A Kafka that somebody else runs; it is neither started nor stopped here."""

    name = "the cluster of KAFKA_BOOTSTRAP_SERVERS"
    is_apache_kafka = True

    def __init__(self, bootstrap_servers: str) -> None:
        self.bootstrap_servers = bootstrap_servers

    def start(self) -> None:
        """Block until it answers. Raises BrokerFailed."""
        wait_until_answering(self.bootstrap_servers, timeout_seconds=15)

    def stop(self) -> None:
        """Leave it as it is."""

    def log_tail(self) -> str:
        return ""
