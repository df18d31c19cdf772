"""Text from strangers, made safe for a terminal."""

import orjson

_KEPT = frozenset("\n\t")


def printable(text: str, *, one_line: bool = True) -> str:
    """The text with everything escaped that a terminal might obey, or that cannot be seen.

    Control and escape sequences, marks that turn the direction of writing, and lone surrogates become \\x1b,
    \\u202e and the like. one_line: line breaks and tabs too.
    """
    if text.isprintable():
        return text
    kept = frozenset() if one_line else _KEPT
    return "".join(each if each.isprintable() or each in kept else _escaped(each) for each in text)


def printable_bytes(data: bytes) -> str:
    """Bytes on one line: as text where they are UTF-8, what is none of it as \\xff."""
    return printable(data.decode("utf-8", "backslashreplace"))


def printable_value(value: bytes) -> str:
    """A message's value for reading: JSON indented, other text as it is, anything else escaped."""
    try:
        text = orjson.dumps(orjson.loads(value), option=orjson.OPT_INDENT_2).decode()
    except (ValueError, TypeError):
        text = value.decode("utf-8", "backslashreplace")
    return printable(text, one_line=False)


def _escaped(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
