"""What an interrupted training finds again."""

from pathlib import Path

import pytest
import torch

from model.errors import TrainingStateInvalid
from model.training_store import TrainingStore

IDENTITY = {"recipe": {"epochs": 3}, "photos": "0a1b"}


def rows(folder: Path) -> list[str]:
    return (folder / "steps.csv").read_text(encoding="utf-8").splitlines()


def test_what_was_saved_last_comes_back(tmp_path: Path) -> None:
    """`load` gives the newest state, without what the store added."""
    store = TrainingStore(tmp_path / "run", IDENTITY)
    store.save({"step": 1, "weights": torch.ones(2)})
    store.save({"step": 2, "weights": torch.zeros(2)})

    state = TrainingStore(tmp_path / "run", dict(reversed(IDENTITY.items()))).load()

    assert (set(state), state["step"]) == ({"step", "weights"}, 2)
    assert torch.equal(state["weights"], torch.zeros(2))


@pytest.mark.parametrize("damage", ["absent", "cut off", "foreign", "another run"])
def test_a_state_that_cannot_be_resumed_is_one_error(tmp_path: Path, damage: str) -> None:
    """No state, a damaged or foreign one, another recipe's: TrainingStateInvalid that says which."""
    store = TrainingStore(tmp_path, IDENTITY)
    store.save({"step": 1})
    path = tmp_path / "state.pt"
    said = "cannot be read"
    if damage == "absent":
        path.unlink()
        said = "no run to resume"
    elif damage == "cut off":
        path.write_bytes(path.read_bytes()[:-40])
    elif damage == "foreign":
        path.write_bytes(b"not a torch file")
    else:
        store = TrainingStore(tmp_path, IDENTITY | {"photos": "ffff"})
        said = "other photos or options"

    with pytest.raises(TrainingStateInvalid, match=said):
        store.load()


def test_an_interrupted_save_leaves_the_one_before(tmp_path: Path) -> None:
    """A file that was being written when the process died is not what `load` reads."""
    store = TrainingStore(tmp_path, IDENTITY)
    store.save({"step": 1})
    (tmp_path / "state.unfinished").write_bytes(b"half")

    assert store.load()["step"] == 1


def test_measurements_of_steps_that_are_done_again_go(tmp_path: Path) -> None:
    """Rows after the resumed step, and a row that was cut off, are dropped; the others stay, once."""
    store = TrainingStore(tmp_path, IDENTITY)
    for step in (1, 2, 3):
        store.append("steps", {"step": step, "loss": step / 2})
    with (tmp_path / "steps.csv").open("a", encoding="utf-8") as file:
        file.write("2")

    store.forget_after(2)
    store.append("steps", {"step": 3, "loss": 9.0})

    assert rows(tmp_path) == ["step,loss", "1,0.5", "2,1.0", "3,9.0"]


def test_a_new_run_forgets_the_old_one(tmp_path: Path) -> None:
    """`begin` leaves neither state nor measurements."""
    store = TrainingStore(tmp_path, IDENTITY)
    store.save({"step": 1})
    store.append("steps", {"step": 1})

    store.begin()

    assert list(tmp_path.iterdir()) == []
