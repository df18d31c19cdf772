import os
import signal
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from tests.brokers.maven_artifacts import default_cache_dir
from tests.ci import IN_CI

pytest_plugins = ["tests.brokers.fixtures"]

_TESTS = Path(__file__).parent
# What a test needs is told by its folder, so no file can forget to say so.
_MARKERS_OF_FOLDERS = {
    "integration": ("integration",),
    "browser": ("integration", "browser"),
    "chaos": ("chaos",),
}

# The machines that run this are shared, and slow now and then. CI draws the same examples each time.
settings.register_profile("laptop", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "laptop")


# A shell starts what runs in its background deaf to Ctrl-C, and so would be the processes that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_TESTS):
            folder = item.path.relative_to(_TESTS).parts[0]
            for marker in _MARKERS_OF_FOLDERS.get(folder, ()):
                item.add_marker(marker)


# What a test may remove whole: folders inside these, never these themselves.
_REMOVABLE = tuple(
    Path(os.path.realpath(root)) for root in (tempfile.gettempdir(), default_cache_dir().parent)
)


def _refuse_to_remove(event: str, arguments: tuple[object, ...]) -> None:
    """A wrong path under test must end the test, not the machine: rmtree stays in temporary folders."""
    if event != "shutil.rmtree":
        return
    path = Path(os.path.realpath(os.fsdecode(str(arguments[0]))))
    # pytest makes its cache's folder in a fresh checkout by way of one of these.
    own = path.parent == _TESTS.parent and path.name.startswith("pytest-cache-files-")
    if not own and not any(root in path.parents for root in _REMOVABLE):
        raise PermissionError(f"a test tried to remove {path}, outside of the temporary folders")


sys.addaudithook(_refuse_to_remove)
