"""Whether the suite ran over a real server, said in one line."""

import pytest

from tests.contract.engines import ENGINES


def test_the_suite_runs_over_a_real_server() -> None:
    """Where QDRANT_HOST names a server, every test of the suite runs over it too."""
    if "server" not in ENGINES:
        pytest.skip("QDRANT_HOST names no Qdrant server: the contract suite ran without one")
