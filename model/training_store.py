"""What a training run keeps on disk while it lasts: where it is, and what it has measured."""

import csv
import hashlib
import json
import pickle
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from model.errors import TrainingStateInvalid

# What torch.load raises for files that it did not write, or that are cut off.
_UNREADABLE = (
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)


def refuse_unless_begun(folder: Path) -> None:
    """TrainingStateInvalid: no run has put anything aside in this folder."""
    if not _state_in(folder).is_file():
        raise TrainingStateInvalid(f"{_state_in(folder)}: there is no run to resume")


def _state_in(folder: Path) -> Path:
    return folder / "state.pt"


class TrainingStore:
    """A folder with `state.pt` and one CSV file for each series of measurements.

    `identity` is all that decides the result of the run (JSON-able): another run's state is refused.
    """

    def __init__(self, folder: Path, identity: Mapping[str, object]) -> None:
        self._folder = folder
        self._path = _state_in(folder)
        self._identity = json.dumps(identity, sort_keys=True, default=str)
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self) -> None:
        """Forget an earlier run."""
        for path in (self._path, *self._folder.glob("*.csv")):
            path.unlink(missing_ok=True)

    def save(self, state: Mapping[str, object]) -> None:
        """Replace what was saved before; an interruption leaves the one or the other, whole."""
        unfinished = self._path.with_suffix(".unfinished")
        torch.save({**state, "identity": self._digest}, unfinished)
        unfinished.replace(self._path)

    def load(self) -> dict[str, Any]:
        """What was saved last. TrainingStateInvalid: there is nothing, or it is damaged or another run's."""
        refuse_unless_begun(self._folder)
        try:
            state: dict[str, Any] = torch.load(self._path, map_location="cpu", weights_only=True)
            identity = state.pop("identity")
        except _UNREADABLE as error:
            raise TrainingStateInvalid(f"{self._path}: cannot be read: {error}") from error
        if identity != self._digest:
            raise TrainingStateInvalid(
                f"{self._path}: is of a run with other photos or options; without --resume, a new run begins"
            )
        return state

    def append(self, series: str, row: Mapping[str, object]) -> None:
        """Write one measurement to `<series>.csv`; it has a column `step`."""
        path = self._folder / f"{series}.csv"
        new = not path.is_file()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(row))
            if new:
                writer.writeheader()
            writer.writerow(row)

    def forget_after(self, step: int) -> None:
        """Drop measurements of steps that will be done again, and what an interruption left half written."""
        for path in self._folder.glob("*.csv"):
            with path.open(newline="", encoding="utf-8") as file:
                header, *rows = file.read().splitlines() or [""]
            column = header.split(",").index("step")
            kept = [row for row in rows if _is_done(row.split(","), column, header.count(","), step)]
            path.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")

    @property
    def _digest(self) -> str:
        return hashlib.sha256(self._identity.encode()).hexdigest()


def _is_done(row: list[str], column: int, commas: int, step: int) -> bool:
    return len(row) == commas + 1 and row[column].isdecimal() and int(row[column]) <= step


def photos_digest(image_ids: Iterable[str]) -> str:
    """A hash of which photos a run is on, in order."""
    return hashlib.sha256("\n".join(image_ids).encode()).hexdigest()
