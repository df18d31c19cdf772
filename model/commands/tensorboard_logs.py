"""A run's numbers for TensorBoard, where somebody asks for them."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from model.fine_tuning_run import Listener


@contextlib.contextmanager
def logs_for_tensorboard(folder: Path | None) -> Iterator[Listener]:
    """A listener that writes to this folder, or to nobody where there is none; closed with the block."""
    if folder is None:
        yield lambda _series, _row: None
        return
    # Only those who ask for its logs pay for the import.
    from tensorboardX import SummaryWriter  # noqa: PLC0415

    with SummaryWriter(str(folder)) as writer:

        def listen(series: str, row: Mapping[str, float]) -> None:
            for name, value in row.items():
                if name != "step":
                    writer.add_scalar(f"{series}/{name}", value, int(row["step"]))

        yield listen
