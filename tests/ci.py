"""What a run may do without: a laptop may lack Kafka or a browser, CI must not."""

import os
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def skip_or_fail(reason: str) -> NoReturn:
    """Skip the test that asks, or fail it in CI, where what it needs should have been installed."""
    if IN_CI:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
