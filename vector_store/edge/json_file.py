"""Small JSON files that are replaced whole."""

import json
import os
from collections.abc import Mapping
from pathlib import Path


def write_atomically(path: Path, value: Mapping[str, object]) -> None:
    """Replace the file: who reads it sees what was there or what comes, never a part. Raises OSError."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
