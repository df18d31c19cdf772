"""Whether the suite ran over a real server, said in one line."""

import pytest

from tests.contract.engines import ENGINES
from tests.services.qdrant_server import QDRANT_SERVER


def test_the_suite_runs_over_a_real_server() -> None:
    """Where QDRANT_HOST names a server, every test of the suite runs over it too."""
    if not QDRANT_SERVER.qdrant_host:
        pytest.skip("QDRANT_HOST names no Qdrant server: the contract suite ran without one")
    assert "server" in ENGINES
