"""How much memory a process has, and had."""

from pathlib import Path

import psutil

_BYTES_A_MB = 1_000_000


def peak_resident_mb(pid: int) -> float:
    """The most that the process ever had in memory; where the system does not tell, what it has now."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        name, _, value = line.partition(":")
        if name == "VmHWM":
            return int(value.split()[0]) * 1024 / _BYTES_A_MB
    return float(psutil.Process(pid).memory_info().rss / _BYTES_A_MB)
