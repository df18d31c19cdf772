"""Documents of other collections, put where a product only points to them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from producer_examples.python.importing.field_names import by_path
from producer_examples.python.importing.moments import find_change
from producer_examples.python.importing.plain_values import identifier

Plain = dict[str, Any]
Find = Callable[[str, str, Sequence[str]], Iterable[Plain]]
"""Collection, path and ids: the collection's documents, as plain values, that have one of the ids there."""


@dataclass(frozen=True, slots=True)
class Join:
    """Where documents of a collection go.

    Without a `foreign_path`, `field` holds ids of the collection's documents, which take their place. With
    one, the documents that have the product's id at that path become the list `field`.
    """

    field: str
    collection: str
    foreign_path: str | None = None


def parse_join(text: str) -> Join:
    """Return the join of `field=collection` or `field=collection:path`. Raises ValueError."""
    field, equals, rest = (part.strip() for part in text.partition("="))
    collection, colon, path = (part.strip() for part in rest.partition(":"))
    if not field or not equals or not collection or (colon and not path):
        raise ValueError(f"{text!r} is neither field=collection nor field=collection:path")
    return Join(field, collection, path or None)


def join(documents: Sequence[Plain], joins: Sequence[Join], find: Find) -> list[datetime | None]:
    """Put the joined documents into these; returns the latest change of those beside each document.

    Blocks for one look-up a join. Ids that nothing is found for stay as they are.
    """
    changed: list[datetime | None] = [None] * len(documents)
    for one in joins:
        join_one = _join_owned if one.foreign_path is not None else _join_referenced
        for place, found in enumerate(join_one(documents, one, find)):
            times = [time.value for document in found if (time := find_change(document)) is not None]
            changed[place] = max([*times, *([changed[place]] if changed[place] else [])], default=None)
    return changed


def _join_referenced(documents: Sequence[Plain], one: Join, find: Find) -> list[list[Plain]]:
    pointed_to: list[Any] = [by_path(document, one.field) for document in documents]
    wanted = {id_ for found in pointed_to if found is not None for id_ in _ids(found.value)}
    by_id = {
        identifier(document.get("_id")): document for document in find(one.collection, "_id", sorted(wanted))
    }
    for document in documents:
        _replace(document, one.field.split("."), by_id)
    return [
        [by_id[id_] for id_ in _ids(found.value) if id_ in by_id] if found is not None else []
        for found in pointed_to
    ]


def _join_owned(documents: Sequence[Plain], one: Join, find: Find) -> list[list[Plain]]:
    path = one.foreign_path or ""
    ids = [identifier(document.get("_id")) for document in documents]
    owned: dict[str, list[Plain]] = {}
    for found in find(one.collection, path, sorted({id_ for id_ in ids if id_ is not None})):
        owner = by_path(found, path)
        for id_ in _ids(owner.value) if owner is not None else ():
            owned.setdefault(id_, []).append(found)
    lists = [sorted(owned.get(id_ or "", ()), key=lambda found: str(found.get("_id"))) for id_ in ids]
    for document, found_ones in zip(documents, lists, strict=True):
        document[one.field] = found_ones
    return lists


def _ids(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [id_ for item in values if (id_ := identifier(item)) is not None]


def _replace(value: Any, steps: Sequence[str], by_id: Mapping[str | None, Plain]) -> None:
    """Replace the ids at these steps, through lists too."""
    if isinstance(value, list):
        for item in value:
            _replace(item, steps, by_id)
    elif isinstance(value, dict) and steps[0] in value:
        held = value[steps[0]]
        if len(steps) > 1:
            _replace(held, steps[1:], by_id)
        elif isinstance(held, list):
            value[steps[0]] = [by_id.get(identifier(item), item) for item in held]
        else:
            value[steps[0]] = by_id.get(identifier(held), held)
