"""The search API as it runs in production, on an index of the bench's own."""

import http.client
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Self

import psutil

from bench.child_process import ChildProcess
from bench.errors import TooSlow
from bench.settings import child_environment
from search_api.settings import SearchApiSettings
from standalone.ports import any_free_port

_START_SECONDS = 120.0
_LOOK_SECONDS = 0.1
# What a person may want to try other values of; see bench.settings.
_TUNABLE = frozenset(
    {
        "embed_threads",
        "embedder",
        "embedder_providers",
        "model_dir",
        "model_path",
        "search_api_photos_waiting",
        "search_api_threads",
    }
)


def search_environment(index: Path, *, port: int = 0) -> dict[str, str]:
    """What the search API is told, and whoever is to do as it does."""
    ours = {
        "QDRANT_PATH": str(index),
        "SEARCH_API_PORT": str(port),
        "SEARCH_API_STATUS_PORT": "0",
        "SEARCH_API_RATE_LIMIT": "",
        "LOG_LEVEL": "WARNING",
    }
    return child_environment(ours, said_by_us=SearchApiSettings.model_fields.keys() - _TUNABLE)


class SearchService(ChildProcess):
    """`python -m search_api` over an index that nobody else has open."""

    def __init__(self, index: Path, log: Path) -> None:
        self.port = any_free_port()
        super().__init__(["search_api"], environment=search_environment(index, port=self.port), log=log)
        self._never = Event()

    def wait_until_ready(self) -> Self:
        """Block until it answers photos. Raises TooSlow, ProcessFailed."""
        until = monotonic() + _START_SECONDS
        while not self._is_ready():
            self.check()
            if monotonic() > until:
                raise TooSlow(f"the search API is not ready after {_START_SECONDS:.0f} s")
            self._never.wait(_LOOK_SECONDS)
        return self

    def resident_mib(self) -> float:
        """What the process has in memory."""
        return float(psutil.Process(self.pid).memory_info().rss / 2**20)

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_START_SECONDS)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
