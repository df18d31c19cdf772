"""On what the figures were measured."""

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from bench.core_seconds import usable_cores

_PACKAGES = (
    "confluent-kafka",
    "noida-db",
    "numpy",
    "onnxruntime",
    "pillow",
    "qdrant-edge-py",
    "torch",
    "torchvision",
)


def describe_machine() -> dict[str, Any]:
    """The parts that figures depend on, and nothing that names the machine or its owner."""
    return {
        "cpu": _cpu_model(),
        "cores": usable_cores(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
    }


def versions() -> dict[str, str]:
    """Of Python, and of the packages that do the measured work."""
    return {"python": platform.python_version(), **{name: _version(name) for name in _PACKAGES}}


def current_commit(repository: Path) -> str | None:
    """Git's name of what is checked out, `-dirty` where files differ; None where git knows nothing of it."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            cwd=repository,
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip() or None


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
