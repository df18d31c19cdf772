"""Writes JSON-like values as YAML in block style: every scalar is JSON, so nothing can be misread."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

_PLAIN_KEY: Final = re.compile(r"[A-Za-z$_][A-Za-z0-9$_.-]*")
# YAML 1.1 reads these as booleans or null.
_RESERVED: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def to_yaml(value: Any) -> str:
    """Return the text of a mapping or a list of JSON values, ending in a line feed."""
    return "".join(f"{line}\n" for line in _block(value))


def _block(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, content in value.items():
            yield from _entry(f"{_key(key)}:", content)
    elif isinstance(value, list) and value:
        for content in value:
            yield from _item(content)
    else:
        yield json.dumps(value, ensure_ascii=False)


def _entry(head: str, content: Any) -> Iterator[str]:
    if isinstance(content, dict | list) and content:
        yield head
        yield from (f"  {line}" for line in _block(content))
    else:
        yield f"{head} {json.dumps(content, ensure_ascii=False)}"


def _item(content: Any) -> Iterator[str]:
    for number, line in enumerate(_block(content)):
        yield f"{'  ' if number else '- '}{line}"


def _key(key: str) -> str:
    plain = _PLAIN_KEY.fullmatch(key) and key.lower() not in _RESERVED
    return key if plain else json.dumps(key, ensure_ascii=False)
