"""Fails when git tracks a file that is too large, or a line that holds only on one machine."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

MAX_BYTES = 5_000_000
MAX_WEIGHTS_BYTES = 16_000_000
WEIGHTS = PurePosixPath("model/weights")

# Written so that this file does not match itself.
MACHINE_PATH = re.compile(r"(?<![\w.~*}-])/(?:work|farm|root|Users)/|[A-Z]:\\Users\\")
REGISTRY_ADDRESS = re.compile(
    r"registry\.npmjs|registry\.yarnpkg|files\.pythonhosted|pypi\.org|repo1?\.maven|"
    r"proxy\.golang|(?:static|index)\.crates|(?:deb|security)\.debian|snapshot\.debian"
)


def faults(path: PurePosixPath, content: bytes) -> Iterator[str]:
    """Yield what is wrong with a tracked file, one line each."""
    limit_bytes = MAX_WEIGHTS_BYTES if path.is_relative_to(WEIGHTS) else MAX_BYTES
    if len(content) > limit_bytes:
        yield f"{path}: {len(content):,} bytes, more than {limit_bytes:,}"
    try:
        lines = content.decode().splitlines()
    except UnicodeDecodeError:
        return
    for number, line in enumerate(lines, start=1):
        if found := MACHINE_PATH.search(line):
            yield f"{path}:{number}: a path of one machine: {found[0]}"
        if found := REGISTRY_ADDRESS.search(line):
            yield f"{path}:{number}: a package registry's address: {found[0]}"


def main() -> int:
    tracked = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
    paths = [PurePosixPath(name) for name in tracked.split("\0") if name]
    found = [
        fault for path in paths if Path(path).is_file() for fault in faults(path, Path(path).read_bytes())
    ]
    print(*found, f"{len(paths)} tracked files, {len(found)} faults", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
