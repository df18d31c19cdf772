"""The search API as its operator starts it: a process of its own, told everything by the environment."""

import sys
from collections.abc import Mapping
from pathlib import Path

import requests

from tests.brokers.free_ports import free_ports
from tests.brokers.owned_process import OwnedProcess
from tests.services.eventually import eventually


class SearchApiProcess(OwnedProcess):
    """`python -m search_api` with these settings and nothing else of ours in its environment."""

    def __init__(self, settings: Mapping[str, str], log_path: Path) -> None:
        (port,) = free_ports(1)
        self.address = f"http://127.0.0.1:{port}"
        own = {"SEARCH_API_PORT": str(port), "SEARCH_API_STATUS_PORT": "0", **settings}
        variables = [f"{name}={value}" for name, value in own.items()]
        super().__init__(["env", *variables, sys.executable, "-m", "search_api"], log_path)

    def wait_until_ready(self, timeout_seconds: float = 90) -> None:
        """Block until the index and its model are there."""
        assert eventually(self._ready, timeout_seconds), self.log_tail()

    def _ready(self) -> bool:
        try:
            with requests.Session() as session:
                return session.get(f"{self.address}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False
