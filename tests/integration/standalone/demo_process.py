"""The demo as a person runs it: a process of its own, its output read line by line."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import psutil

from tests.brokers.free_ports import free_ports

_REPOSITORY = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Ports:
    api: int
    broker: int
    images: int

    @classmethod
    def free(cls) -> "Ports":
        return cls(*free_ports(3))

    @property
    def words(self) -> list[str]:
        numbers = {"--port": self.api, "--broker-port": self.broker, "--image-port": self.images}
        return [word for name, number in numbers.items() for word in (name, str(number))]


class DemoProcess:
    """Started at once; `output` is what it has written so far, both streams together."""

    def __init__(
        self,
        data_dir: Path,
        ports: Ports,
        *words: str,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._output = data_dir.with_name(f"{data_dir.name}.{time.monotonic_ns()}.out")
        self.started_at = time.monotonic()
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "standalone", "--data-dir", str(data_dir), *ports.words, *words],
                cwd=_REPOSITORY,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._output.read_text("utf-8")

    @property
    def commands(self) -> list[str]:
        """What it says to try."""
        return [line for line in self.output.splitlines() if line.startswith("curl ")]

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self._process.pid).children(recursive=True)

    def wait_for(self, pattern: str, timeout_seconds: float = 200) -> float:
        """Block until the output matches; returns the seconds since the start."""
        end = time.monotonic() + timeout_seconds
        while not re.search(pattern, self.output):
            assert self._process.poll() is None, f"it ended before {pattern!r}:\n{self.output}"
            assert time.monotonic() < end, f"no {pattern!r} in {timeout_seconds} s:\n{self.output}"
            time.sleep(0.05)
        return time.monotonic() - self.started_at

    def wait(self, timeout_seconds: float = 200) -> int:
        """Block until it has ended by itself; returns the exit status."""
        return self._process.wait(timeout_seconds)

    def stop(self, number: signal.Signals = signal.SIGINT, timeout_seconds: float = 20) -> int:
        self._process.send_signal(number)
        return self._process.wait(timeout_seconds)

    def kill(self) -> None:
        """As `kill -9` does, the process alone. Harmless where it has ended."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
