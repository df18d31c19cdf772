"""Members of a consumer group: real processes, each with a log and a status port of its own."""

import json
import signal
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.brokers.free_ports import free_ports
from tests.services.consumer_process import ConsumerProcess
from tests.services.eventually import eventually

_LONGEST_STOP_SECONDS = 60


class Member(ConsumerProcess):
    """A consumer that can be asked what it waits for."""

    def __init__(self, name: str, settings: Mapping[str, str], folder: Path) -> None:
        [self._port] = free_ports(1)
        self.name = name
        self._log = folder / f"{name}.log"
        super().__init__({**settings, "CONSUMER_STATUS_PORT": str(self._port)}, self._log)

    def waits_for(self) -> dict[str, str]:
        """What /readyz says is waited for, by part; of a member that does not answer: {"answer": …}."""
        status, body = self._get("/readyz")
        return json.loads(body)["reasons"] if status else {"answer": body}

    def status(self) -> dict[str, str]:
        """What the status page says of it, by name; empty where it does not answer."""
        code, body = self._get("/status")
        return json.loads(body) if code == 200 else {}

    def is_alive(self) -> bool:
        """Whether it runs and /healthz says so."""
        return self.running and self._get("/healthz")[0] == 200

    def consumes(self) -> bool:
        """Whether it has come through its start-up."""
        return '"consuming"' in self.log()

    def consumes_or_ended(self) -> bool:
        """Whether its start-up is over, one way or the other."""
        return self.consumes() or not self.running

    def is_ready_or_ended(self) -> bool:
        """Whether it waits for nothing, or is no more."""
        return self.waits_for() == {} or not self.running

    def process(self) -> psutil.Process:
        """The process, for what it takes of the machine."""
        return psutil.Process(self.pid)

    def log(self) -> str:
        """Everything that it said."""
        return self._log.read_text(errors="replace")

    def stop(self) -> None:
        """SIGTERM once it has come through its start-up; fails unless it exits with 0.

        Before that there is nothing to finish, and a signal just ends it.
        """
        assert eventually(self.consumes, timeout_seconds=60), self.log_tail()
        status = self.end(signal.SIGTERM, _LONGEST_STOP_SECONDS)
        assert status == 0, f"{self.name} exited with {status}\n{self.log_tail()}"

    def _get(self, path: str) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError as error:
            return 0, str(error)
        finally:
            connection.close()


class Members:
    """All members that a case starts; those that are left are ended with the block."""

    def __init__(self, settings: Mapping[str, str], folder: Path) -> None:
        self._settings = dict(settings)
        self._folder = folder
        self.started: list[Member] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for member in self.started:
            member.resume()
            member.kill()

    def start(self, **changed: str) -> Member:
        """One more member."""
        member = Member(f"member-{len(self.started) + 1}", {**self._settings, **changed}, self._folder)
        self.started.append(member)
        member.start()
        return member

    def running(self) -> list[Member]:
        """Those that run."""
        return [member for member in self.started if member.running]

    def working(self) -> list[Member]:
        """Those that run and are not frozen."""
        return [member for member in self.running() if not member.suspended]

    def stop_all(self) -> None:
        """End every member as an operator would; fails unless each exits with 0 and none left a traceback."""
        for member in self.running():
            member.stop()
        for member in self.started:
            assert "Traceback" not in member.log(), f"{member.name}\n{member.log_tail()}"


def missed_soon(protocol: str) -> str:
    """The protocol's configuration with members that are killed being missed in seconds."""
    config = json.loads(protocol)
    # Of the new protocol the broker says when; the tests' one does so after 6 s.
    return json.dumps(config if "group.protocol" in config else {**config, "session.timeout.ms": 6_000})
