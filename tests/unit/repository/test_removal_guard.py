import shutil
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "path", ["/nowhere-at-all", "nowhere-at-all", "{tmp}/../../../../../../../nowhere-at-all"]
)
def test_nothing_outside_temporary_folders_is_removed(
    tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test that removes a folder elsewhere fails before anything is gone, errors ignored or not."""
    # The checkout itself may be in a temporary folder.
    monkeypatch.chdir("/")
    with pytest.raises(PermissionError, match="outside of the temporary folders"):
        shutil.rmtree(path.format(tmp=tmp_path), ignore_errors=True)


def test_a_tests_own_folder_can_be_removed(tmp_path: Path) -> None:
    """What a test made in its temporary folder, it may remove."""
    (tmp_path / "made").mkdir()
    shutil.rmtree(tmp_path / "made")
    assert not (tmp_path / "made").exists()
