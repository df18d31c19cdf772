"""Why no broker answers: a client tells it beside the call that fails, to whoever listens."""

from typing import Any

from confluent_kafka import KafkaError

from consumer.errors import KafkaRefused, KafkaUnreachable

_REFUSALS = (
    KafkaError._AUTHENTICATION,  # noqa: SLF001 - the client's own constants
    KafkaError._SSL,  # noqa: SLF001
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError.UNSUPPORTED_SASL_MECHANISM,
)
# By its code alone this is a connection that broke.
_NO_TLS_THERE = "connecting to a PLAINTEXT broker listener"


class ClientErrors:
    """Remembers the first refusal that a client tells of; `remember` is the client's `error_cb`.

    The client calls it while it is polled, so whoever meets a failure polls once before asking why.
    """

    def __init__(self) -> None:
        self._refusal: str | None = None

    def remember(self, error: KafkaError) -> None:
        """Keep it, if it is one."""
        if self._refusal is None and (error.code() in _REFUSALS or _NO_TLS_THERE in error.str()):
            self._refusal = error.str()

    def failure(self, servers: Any, error: KafkaError) -> KafkaRefused | KafkaUnreachable:
        """What a call's failure means: brokers that refuse, or nobody who answers."""
        if self._refusal is not None:
            return KafkaRefused(f"Kafka at {servers} refuses: {self._refusal}; set KAFKA_CONFIG")
        return KafkaUnreachable(
            f"no Kafka broker answers at {servers}: {error.str()}; set KAFKA_BOOTSTRAP_SERVERS, "
            "or KAFKA_CONFIG where the brokers want TLS"
        )
