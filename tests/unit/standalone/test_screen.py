from io import BytesIO, StringIO, TextIOWrapper
from itertools import count

import pytest
from rich.console import Console

from standalone.screen import Screen


def a_screen(*, terminal: bool, width: int = 60) -> tuple[Screen, StringIO, StringIO]:
    out, err = StringIO(), StringIO()
    console = Console(file=out, force_terminal=terminal, width=width, highlight=False, color_system=None)
    screen = Screen(console, Console(file=err, width=width, highlight=False), count(step=0.05).__next__)
    return screen, out, err


def test_without_a_terminal_there_are_lines_and_nothing_else() -> None:
    """A log file gets no bars, no spinners, no escape sequences."""
    screen, out, _ = a_screen(terminal=False)
    with screen.step("broker", "starts") as say:
        say("noida-db on 127.0.0.1:19092")
    with screen.bar("indexing", total=3, unit="images", rate_from=0) as show:
        show(1)
        show(3)
    screen.done("searchable", "3 images", seconds=2.04)
    assert out.getvalue() == ("  ✓ broker     noida-db on 127.0.0.1:19092\n  ✓ searchable 3 images  2.0 s\n")


def test_on_a_terminal_a_bar_moves_and_is_gone_afterwards() -> None:
    """A person sees how far it is."""
    screen, out, _ = a_screen(terminal=True, width=100)
    with screen.bar("indexing", total=4, unit="images") as show:
        show(3)
    assert "3 of 4 images" in out.getvalue()
    # Rich erases the line that the bar was on.
    assert out.getvalue().endswith("\x1b[2K")


def test_a_step_that_fails_is_not_ticked_off() -> None:
    """The error says what happened; no mark of success stands before it."""
    screen, out, _ = a_screen(terminal=False)
    with pytest.raises(RuntimeError), screen.step("broker", "starts"):
        raise RuntimeError
    assert out.getvalue() == ""


def test_commands_are_never_broken_into_lines() -> None:
    """What is pasted is one command, however narrow the window."""
    screen, out, _ = a_screen(terminal=True, width=20)
    command = "curl -s " + "x" * 100 + " http://127.0.0.1:8000/find_similar"
    screen.command(command)
    assert out.getvalue() == command + "\n"


def test_square_brackets_are_text() -> None:
    """A path or a reason with brackets is shown as it is."""
    screen, out, err = a_screen(terminal=False)
    screen.line("[red]a[/red]")
    screen.error("topic[0] is gone")
    assert out.getvalue() == "[red]a[/red]\n"
    assert err.getvalue() == "error: topic[0] is gone\n"


def test_a_stream_without_unicode_gets_ascii() -> None:
    """A mark that cannot be written would be a traceback."""
    stream = TextIOWrapper(BytesIO(), encoding="ascii")
    console = Console(file=stream, width=60, highlight=False)
    Screen(console, console).done("broker", "up")
    stream.seek(0)
    assert stream.read() == "  ok broker     up\n"
