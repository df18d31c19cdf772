"""The consumer as its operator starts it: a process of its own, told everything by the environment."""

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.brokers.owned_process import OwnedProcess


class ConsumerProcess(OwnedProcess):
    """`python -m consumer run` with these settings and nothing else of ours in its environment."""

    def __init__(self, settings: Mapping[str, str], log_path: Path, *options: str) -> None:
        variables = [f"{name}={value}" for name, value in settings.items()]
        super().__init__(["env", *variables, sys.executable, "-m", "consumer", "run", *options], log_path)

    def has_partitions(self) -> bool:
        """Whether it has become a member of its group, as its log tells."""
        return "partitions assigned" in self.log_tail(lines=10_000)
