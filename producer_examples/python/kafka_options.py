"""The options that every command here has which sends events, and the producer that they describe."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeVar

import click
from confluent_kafka import KafkaException, Producer

from producer_examples.python.publishing import EventProducer
from product_events import MAX_EVENT_BYTES, EventType, OrderKind
from telemetry.interruption import interruption_held

_CONNECT_SECONDS: Final = 10.0
_LONGEST_CALL_SECONDS: Final = 0.1
_CommandFunction = TypeVar("_CommandFunction", bound=Callable[..., Any])


def _names(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    if not names:
        raise click.BadParameter("names no topic")
    return names


def _properties(_context: click.Context, _parameter: click.Parameter, value: str) -> dict[str, Any]:
    try:
        properties = json.loads(value)
    except ValueError as error:
        raise click.BadParameter(f"is not JSON: {error}") from error
    if not isinstance(properties, dict):
        raise click.BadParameter("is not a JSON object")
    return properties


def _order(_context: click.Context, _parameter: click.Parameter, value: str) -> OrderKind:
    return OrderKind(value)


shown = partial(click.option, show_default=True, show_envvar=True)


def kafka_options(source: str) -> Callable[[_CommandFunction], _CommandFunction]:
    """Give a command these options. source: what events name as their source unless told otherwise."""
    options = (
        shown(
            "--bootstrap-servers",
            envvar="KAFKA_BOOTSTRAP_SERVERS",
            default="localhost:9092",
            help="Where Kafka is, as host:port, several separated by commas.",
        ),
        shown(
            "--topics",
            envvar="KAFKA_TOPICS",
            default=",".join(EventType),
            callback=_names,
            help="An event of type T goes to topic T if that is among these, else to the first.",
        ),
        shown(
            "--mode", type=click.Choice(["structured", "binary"]), default="structured", help="How to write."
        ),
        shown(
            "--order",
            type=click.Choice([kind.value for kind in OrderKind]),
            envvar="EVENT_ORDER",
            default=OrderKind.TIME.value,
            callback=_order,
            help="What the consumer orders events by.",
        ),
        shown(
            "--event-max-bytes",
            envvar="EVENT_MAX_BYTES",
            type=click.IntRange(min=1),
            default=MAX_EVENT_BYTES,
            help="Bytes that the consumer takes of an event: more are not sent.",
        ),
        shown("--source", default=source, help="What events name as their source."),
        shown(
            "--kafka-config",
            envvar="KAFKA_CONFIG",
            default="{}",
            callback=_properties,
            help="More properties of librdkafka, as a JSON object.",
        ),
        shown(
            "--deadline-seconds",
            type=click.FloatRange(min=1),
            default=60.0,
            help="How long an event may take to arrive.",
        ),
        click.option("--debug", is_flag=True, help="Show the traceback of an error."),
    )

    def decorate(command: _CommandFunction) -> _CommandFunction:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def connect(bootstrap_servers: str, kafka_config: dict[str, Any], deadline_seconds: float) -> EventProducer:
    """Return a producer that has reached its cluster. Raises ClickException."""
    try:
        producer = Producer(
            {
                "bootstrap.servers": bootstrap_servers,
                "enable.idempotence": True,
                "delivery.timeout.ms": int(deadline_seconds * 1_000),
                "linger.ms": 20,
                # Kafka's own: whoever else writes a product's events, they lie in one partition.
                "partitioner": "murmur2_random",
                # What goes wrong is told once, by the command.
                "log_level": 0,
                **kafka_config,
            }
        )
        producer.list_topics(timeout=min(_CONNECT_SECONDS, deadline_seconds))
    except KafkaException as error:
        raise click.ClickException(f"Kafka at {bootstrap_servers}: {in_one_line(error)}") from error
    return _InterruptibleProducer(producer)


class _InterruptibleProducer:
    """A producer whose callbacks Ctrl-C never cuts off. It waits for 0.1 s at most at a time."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self.produce = producer.produce

    def poll(self, timeout: float) -> int:
        with interruption_held():
            return self._producer.poll(min(timeout, _LONGEST_CALL_SECONDS))

    def flush(self, timeout: float) -> int:
        with interruption_held():
            return self._producer.flush(min(timeout, _LONGEST_CALL_SECONDS))


def in_one_line(error: Exception) -> str:
    """What an error says, without line breaks."""
    cause = error.args[0] if isinstance(error, KafkaException) and error.args else error
    text = cause.str() if hasattr(cause, "str") else str(cause)
    return " ".join(text.split())
