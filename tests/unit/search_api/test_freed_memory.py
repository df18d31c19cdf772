"""Memory that was freed goes back to the system."""

import subprocess
import sys

import pytest

SCRIPT = """
import gc, sys
from pathlib import Path
from threading import Thread
from search_api.photos.freed_memory import return_freed_memory

def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "returned":
    assert return_freed_memory()
before = resident_bytes()

def work():
    # The first one raises the size below which glibc would keep what follows.
    bytearray(b"x") * 30_000_000
    held = [bytearray(b"x") * 8_000_000 for _ in range(12)]
    last = bytearray(b"x") * 200_000
    del held
    kept.append(last)

kept = []
for _ in range(4):
    thread = Thread(target=work)
    thread.start()
    thread.join()
print(resident_bytes() - before)
"""


def grown_by(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True, timeout=60
    )
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's own ways")
def test_what_was_freed_goes_back_to_the_system() -> None:
    """Of what threads took and freed, a process keeps little; by itself it keeps most."""
    assert grown_by("returned") < 20_000_000
    assert grown_by("kept") > 50_000_000
