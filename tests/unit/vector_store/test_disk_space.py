"""A full disk is an error before the engine meets it."""

from pathlib import Path

import pytest

from vector_store import StoreUnavailable
from vector_store.edge.disk_space import RESERVE_BYTES, require_room, taken_bytes


def test_room_enough_is_no_error(tmp_path: Path) -> None:
    """Just the reserve will do."""
    require_room(tmp_path, free=lambda _folder: RESERVE_BYTES)


@pytest.mark.parametrize(("free", "more"), [(RESERVE_BYTES - 1, 0), (RESERVE_BYTES + 9, 10), (0, 0)])
def test_too_little_room_is_told_with_the_folder(tmp_path: Path, free: int, more: int) -> None:
    """Less than the reserve, or than that and what else is needed, may pass and is one line."""
    with pytest.raises(StoreUnavailable, match="is full") as caught:
        require_room(tmp_path, more, free=lambda _folder: free)
    assert str(tmp_path) in str(caught.value)


def test_a_folder_that_is_gone_may_pass(tmp_path: Path) -> None:
    """A disk that is not mounted just now may be later."""
    with pytest.raises(StoreUnavailable):
        require_room(tmp_path / "gone")


def test_holes_take_nothing(tmp_path: Path) -> None:
    """A file that is mostly hole counts as little as it takes."""
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.truncate(10 * 2**20)
    assert taken_bytes(tmp_path) < 2**20
