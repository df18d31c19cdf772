from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.integration.standalone.demo_process import DemoProcess, Ports

StartDemo = Callable[..., DemoProcess]


@pytest.fixture(scope="module")
def start_demo() -> Iterator[StartDemo]:
    """Starts demos, and ends those that a failed test left, with their children."""
    started: list[DemoProcess] = []

    def start(
        data_dir: Path, ports: Ports, *words: str, environment: dict[str, str] | None = None
    ) -> DemoProcess:
        demo = DemoProcess(data_dir, ports, *words, environment=environment or {})
        started.append(demo)
        return demo

    yield start
    for demo in started:
        demo.kill()


def gone_within(processes: list[psutil.Process], seconds: float) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return not alive
