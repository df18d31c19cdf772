"""What is known of an index that was made, kept beside it: it can be asked again, and not be made again."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.errors import FolderTaken

_NAME = "made.json"


@dataclass(frozen=True, slots=True)
class MadeIndex:
    """of: what it was made of. Seconds: of the engine. other_work_cores: busy with others' work meanwhile."""

    of: dict[str, Any]
    write_seconds: float
    write_core_seconds: float
    index_seconds: float
    index_core_seconds: float
    other_work_cores: float

    def keep(self, folder: Path) -> None:
        """Write it beside the index."""
        (folder / _NAME).write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")


def kept_index(folder: Path, of: dict[str, Any]) -> MadeIndex | None:
    """The index that the folder has; None where it has nothing. Raises FolderTaken for anything else."""
    try:
        kept = MadeIndex(**json.loads((folder / _NAME).read_text("utf-8")))
    except FileNotFoundError:
        if any(folder.iterdir()):
            raise FolderTaken(f"{folder} is not empty, and no index that was made to its end") from None
        return None
    if kept.of != of:
        raise FolderTaken(f"{folder} has an index of {kept.of}, not of {of}")
    return kept
