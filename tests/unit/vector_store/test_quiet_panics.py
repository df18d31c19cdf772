"""What is printed past Python while a folder is opened: kept back of a panic, and only then."""

import logging
import os

import pytest

from vector_store.edge.quiet_panics import with_panics_kept_back


class PanicException(BaseException):
    """What Rust's panics become."""


def test_what_is_written_meanwhile_is_written_in_the_end(capfd: pytest.CaptureFixture[str]) -> None:
    """Whoever else writes to standard error loses nothing, and the result is the call's."""
    assert with_panics_kept_back(lambda: os.write(2, b"a warning\n")) == len(b"a warning\n")
    assert capfd.readouterr().err == "a warning\n"


def test_what_precedes_an_error_is_written(capfd: pytest.CaptureFixture[str]) -> None:
    """An error that is no panic has printed nothing; what is there is somebody else's."""

    def fail() -> None:
        os.write(2, b"a warning\n")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        with_panics_kept_back(fail)
    assert capfd.readouterr().err == "a warning\n"


def test_a_panic_goes_to_the_log(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """Whole, at DEBUG, and not to the terminal."""

    def panic() -> None:
        os.write(2, b"thread '<unnamed>' panicked\nstack backtrace:\n")
        raise PanicException

    with caplog.at_level(logging.DEBUG), pytest.raises(PanicException):
        with_panics_kept_back(panic)
    assert capfd.readouterr().err == ""
    assert [each.levelname for each in caplog.records] == ["DEBUG"]
    assert "stack backtrace" in caplog.text


def test_a_closed_standard_error_keeps_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """A process without one works as well."""
    with capfd.disabled():
        terminal = os.dup(2)
        os.close(2)
        try:
            assert with_panics_kept_back(lambda: 7) == 7
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
