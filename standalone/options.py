"""What the command line asks for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """The command line's words.

    image_port: None means the remembered one, or at the first start a free one.
    bootstrap_servers: None means the embedded broker.
    """

    data_dir: Path
    reset: bool = False
    port: int = 8000
    broker_port: int = 19092
    image_port: int | None = None
    bootstrap_servers: str | None = None
    exit_when_done: bool = False
    debug: bool = False
