import subprocess

import pytest

from tests.services.shop_backend import NODE_EXAMPLE, node_program


@pytest.mark.timeout(300)
def test_the_examples_own_tests_pass() -> None:
    """`node --test`, as its README says."""
    files = sorted(str(path) for path in (NODE_EXAMPLE / "tests").glob("*.test.js"))
    done = subprocess.run(
        [node_program(), "--test", *files],
        cwd=NODE_EXAMPLE,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "fail 0" in done.stdout
