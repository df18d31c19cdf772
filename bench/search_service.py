"""The search API as it runs in production, on an index of the bench's own."""

from pathlib import Path
from time import monotonic

import psutil

from bench.child_process import ChildProcess
from bench.memory import peak_resident_mb
from bench.readiness import seconds_until_ready
from bench.settings import child_environment
from search_api.settings import SearchApiSettings
from standalone.ports import any_free_port

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
        self._began = monotonic()
        super().__init__(["search_api"], environment=search_environment(index, port=self.port), log=log)

    def seconds_until_ready(self) -> float:
        """Block until it answers photos; how long it took since its start. Raises TooSlow, ProcessFailed."""
        return seconds_until_ready(self.port, began=self._began, name="the search API", check=self.check)

    def resident_mib(self) -> float:
        """What the process has in memory."""
        return float(psutil.Process(self.pid).memory_info().rss / 2**20)

    def peak_resident_mb(self) -> float:
        """The most it ever had."""
        return peak_resident_mb(self.pid)
