import errno

import pytest
from pydantic import ValidationError

from consumer.errors import NoSuchTopic, OffsetGap, OrderKindChanged, WrongModel
from standalone.errors import PortTaken
from standalone.memory import Memory
from standalone.session import one_line
from vector_store import StoreCorrupt


@pytest.mark.parametrize("kind", [WrongModel, OrderKindChanged, OffsetGap, StoreCorrupt])
def test_what_starting_over_mends_names_the_reset(kind: type[Exception]) -> None:
    """A changed model, a gap or a damaged index: the line says --reset."""
    line = one_line(kind("generation products-0a1b was built by model 0a1b"))
    assert line.startswith("generation products-0a1b")
    assert "--reset" in line


@pytest.mark.parametrize("kind", [NoSuchTopic, PortTaken])
def test_other_errors_speak_for_themselves(kind: type[Exception]) -> None:
    """Nobody is told to delete an index that is well."""
    assert one_line(kind("port 8000 is taken")) == "port 8000 is taken"


def test_a_full_disk_is_named() -> None:
    """The system's words come with what to do."""
    assert "disk is full" in one_line(OSError(errno.ENOSPC, "No space left on device", "/data/index"))


def test_lines_are_one_line() -> None:
    """An error of several lines becomes one."""
    assert one_line(PortTaken("first\n  second")) == "first second"


def test_a_bad_setting_is_named_by_its_variable() -> None:
    """A value that pydantic refuses is told by the name that it was given under."""
    with pytest.raises(ValidationError) as caught:
        Memory.model_validate({"image_port": "x"})
    assert one_line(caught.value).startswith("IMAGE_PORT: ")
