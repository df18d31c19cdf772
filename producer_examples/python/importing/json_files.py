"""Documents in JSON: one a line, or a whole list. mongoexport writes both."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from producer_examples.python.importing.plain_values import plain
from producer_examples.python.importing.source import BadDocument, SourceError


def read_json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]] | BadDocument]:
    """Yield what each line that is not blank holds, counted from 1."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            place = f"line {number}"
            try:
                yield _document(place, json.loads(line.removeprefix(b"\xef\xbb\xbf")))
            except (ValueError, RecursionError) as error:
                yield BadDocument(place, f"no JSON: {' '.join(str(error).split())}")


def read_json_list(path: Path) -> Iterator[tuple[str, dict[str, Any]] | BadDocument]:
    """Yield the items of a list, or of the only list in an object (`{"products": [...]}`)."""
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: no JSON: {' '.join(str(error).split())}") from error
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
        content = lists[0] if len(lists) == 1 else None
    if not isinstance(content, list):
        raise SourceError(f"{path} holds no list of products")
    for number, item in enumerate(content, start=1):
        yield _document(f"item {number}", item)


def _document(place: str, content: Any) -> tuple[str, dict[str, Any]] | BadDocument:
    read = plain(content)
    return (place, read) if isinstance(read, dict) else BadDocument(place, "not a JSON object")
