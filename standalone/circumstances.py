"""What was asked for and what is remembered become one decision about where things are."""

from collections.abc import Callable
from secrets import token_hex

from standalone.errors import StartedDifferently
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
    """The memory that this start works by. Raises StartedDifferently where an option contradicts it."""
    kafka = options.bootstrap_servers or EMBEDDED
    if remembered.kafka not in {None, kafka}:
        raise StartedDifferently(
            f"{options.data_dir} holds an index of {_named(remembered.kafka)}, and this is {_named(kafka)}: "
            "choose another --data-dir, or start over with --reset"
        )
    if remembered.image_port is not None and options.image_port not in {None, remembered.image_port}:
        raise StartedDifferently(
            f"the indexed photos have URLs with port {remembered.image_port}: leave out --image-port, or "
            "start over with --reset"
        )
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
