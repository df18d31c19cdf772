"""Finds a field by the names that shops give it, or by a path that somebody wrote down."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_NOT_OF_A_NAME: Final = re.compile(r"[^a-z0-9]+")
_INDEX: Final = re.compile(r"\[\d*\]")


class BadPath(ValueError):
    """A path that leads nowhere in any document."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value, and the name or path under which it stands."""

    path: str
    value: Any


def folded(name: str) -> str:
    """Return a name as it is compared: `countInStock`, `count_in_stock` and `Count in stock` are one."""
    return _NOT_OF_A_NAME.sub("", name.lower())


def by_names(document: Mapping[str, Any], names: Sequence[str]) -> Iterator[Found]:
    """Yield the fields that have one of these folded names and a value, in the order of the names."""
    present: dict[str, list[str]] = {}
    for name in document:
        present.setdefault(folded(name), []).append(name)
    for wanted in names:
        for name in present.get(wanted, ()):
            value = document[name]
            if value is not None and value not in ("", [], {}):
                yield Found(name, value)


def by_path(document: Any, path: str) -> Found | None:
    """Return what a dotted path leads to; through a list it leads to all that its items hold.

    `variants.images` and `variants[].images` mean the same; a number picks one item of a list. None where
    nothing is there.
    """
    found = _walk(document, parts_of(path))
    return None if found is None or found == [] else Found(path, found)


def parts_of(path: str) -> list[str]:
    """Return the steps of a path. Raises BadPath."""
    written = _INDEX.sub(lambda match: f".{match.group()[1:-1]}" if len(match.group()) > 2 else "", path)
    parts = [part.strip() for part in written.split(".")]
    if not all(parts):
        raise BadPath(f"the path {path!r} has an empty step")
    return parts


def _walk(value: Any, parts: Sequence[str]) -> Any:
    if not parts:
        return value
    head, rest = parts[0], parts[1:]
    if isinstance(value, list):
        if head.isdigit():
            return _walk(value[int(head)], rest) if int(head) < len(value) else None
        found = [_walk(item, parts) for item in value]
        return [
            one for item in found for one in (item if isinstance(item, list) else [item]) if one is not None
        ]
    if isinstance(value, Mapping):
        if head in value:
            return _walk(value[head], rest)
        # The heading of a spreadsheet's column may hold dots.
        return value.get(".".join(parts))
    return None
