import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.printable import printable, printable_bytes, printable_value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Leinenhemd, weiß 👕", "Leinenhemd, weiß 👕"),
        ("\x1b[2J\x1b]0;owned\x07", "\\x1b[2J\\x1b]0;owned\\x07"),
        ("a\nb\tc\r", "a\\x0ab\\x09c\\x0d"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("[red]x[/red]", "[red]x[/red]"),
    ],
)
def test_what_a_terminal_might_obey_is_escaped(text: str, shown: str) -> None:
    """Everything else stays readable."""
    assert printable(text) == shown


@given(st.binary())
def test_any_value_can_be_shown(value: bytes) -> None:
    """Whatever the bytes, what is shown is printable, but for the line breaks of its own layout."""
    assert printable_bytes(value).isprintable()
    assert printable_value(value).replace("\n", "").replace("\t", "").isprintable()


def test_json_is_indented_and_its_escapes_stay_escaped() -> None:
    """A value that holds an escape sequence as JSON does not set it free."""
    shown = printable_value(b'{"name":"\\u001b[2J\\u009b1m","n":1}')
    assert shown == '{\n  "name": "\\u001b[2J\\x9b1m",\n  "n": 1\n}'
