"""Memory that a step frees: kept for the next one."""

import subprocess
import sys

import pytest

ALLOCATES_AGAIN_AND_AGAIN = """
import resource, sys
import numpy as np
if sys.argv[1] == "kept":
    from model.training_memory import keep_freed_memory
    keep_freed_memory()
def one_step():
    np.empty(128 * 2**20, np.uint8).fill(1)
one_step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(4):
    one_step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(how: str) -> int:
    command = [sys.executable, "-c", ALLOCATES_AGAIN_AND_AGAIN, how]
    return int(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="speaks of glibc, which is on Linux")
def test_what_a_step_frees_serves_the_next() -> None:
    """Memory of the size of a tensor is mapped by the kernel once, not once a step."""
    assert page_faults("kept") * 10 < page_faults("returned")
