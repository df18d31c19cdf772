"""What the tests know of a Kafka, whichever it is, and how starting one fails."""

from typing import Protocol


class BrokerFailed(Exception):
    """A broker was there to be used and did not come up; the message ends with its log."""


class NoBroker(Exception):
    """No kind of broker can run here; the message says of each why not."""


class Broker(Protocol):
    """A Kafka that tests talk to. What it holds survives `stop` and `start`."""

    @property
    def name(self) -> str:
        """What it is, for the person who reads the test run."""

    @property
    def bootstrap_servers(self) -> str: ...

    @property
    def is_apache_kafka(self) -> bool:
        """Whether everything Kafka does may be asked of it: KIP-848, compaction, delete_records."""

    def start(self) -> None:
        """Block until it answers. Raises BrokerFailed."""

    def stop(self) -> None:
        """Block until it has ended; harmless when it is not running."""

    def log_tail(self) -> str:
        """The end of its log, or nothing where the log is not ours to read."""
