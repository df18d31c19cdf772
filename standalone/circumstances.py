"""What was asked for and what is remembered become one decision about where things are."""

from collections.abc import Callable
from secrets import token_hex

from standalone.errors import BuiltFromOtherKafka
from standalone.memory import EMBEDDED, Memory
from standalone.options import DemoOptions

_IMAGE_PORT = 8001


def settle(
    options: DemoOptions,
    remembered: Memory,
    *,
    is_free: Callable[[int], bool],
    any_free_port: Callable[[], int],
) -> Memory:
    """The memory that this start works by. Raises BuiltFromOtherKafka where an option contradicts it."""
    kafka = options.bootstrap_servers or EMBEDDED
    if remembered.kafka not in {None, kafka}:
        raise BuiltFromOtherKafka(
            f"{options.data_dir} holds an index of {_named(remembered.kafka)}, and this is {_named(kafka)}: "
            "choose another --data-dir, or start over with --reset"
        )
    # Another port makes other URLs, so all photos are embedded again; nobody asks for that without reason.
    image_port = options.image_port or remembered.image_port
    if image_port is None:
        image_port = _IMAGE_PORT if is_free(_IMAGE_PORT) else any_free_port()
    return Memory(
        kafka=kafka,
        run_id=remembered.run_id or token_hex(4),
        image_port=image_port,
        indexed_catalogue=remembered.indexed_catalogue,
    )


def _named(kafka: str | None) -> str:
    return "the embedded broker's events" if kafka == EMBEDDED else f"events from {kafka}"
