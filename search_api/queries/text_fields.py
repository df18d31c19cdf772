"""Form fields and URL parameters as the nested fields of a JSON query."""

from collections.abc import Iterable
from typing import Any

from werkzeug.datastructures import MultiDict

from search_api.errors import InvalidRequest

_FILTER_PREFIX = "filter."
_LISTS = frozenset({"exclude", "facets", "like", "unlike"})
_BOX_SIDES = ("x", "y", "width", "height")


def nested_fields(given: MultiDict[str, str], known: Iterable[str]) -> dict[str, Any]:
    """Texts by field: lists where a field may come several times, objects where a name has dots.

    `filter.price.gte=5` is `{"filters": {"price": {"gte": "5"}}}`; a box is `x,y,width,height`.
    Raises InvalidRequest for a name that is not known, or comes too often.
    """
    fields: dict[str, Any] = {}
    filters: dict[str, Any] = {}
    for name, values in given.lists():
        if name.startswith(_FILTER_PREFIX):
            _add_filter(filters, name, values)
        elif name not in known:
            raise InvalidRequest.of(name, f"unknown; known: {', '.join(sorted(known))}, filter.<field>")
        elif name == "facets" and values in (["true"], ["false"]):
            fields[name] = values == ["true"]
        elif name in _LISTS:
            fields[name] = values
        elif len(values) > 1:
            raise InvalidRequest.of(name, f"given {len(values)} times")
        else:
            fields[name] = values[0]
    if "weights" in fields:
        fields["weights"] = fields["weights"].split(",")
    unit = fields.pop("box_unit", None)
    if "box" in fields:
        fields["box"] = _box(fields["box"], unit)
    elif unit is not None:
        raise InvalidRequest.of("box_unit", "goes with box")
    return {**fields, "filters": filters} if filters else fields


def _add_filter(filters: dict[str, Any], name: str, values: list[str]) -> None:
    field, _, inner = name.removeprefix(_FILTER_PREFIX).partition(".")
    place, key = (filters, field) if not inner else (filters.setdefault(field, {}), inner)
    if not isinstance(place, dict) or key in place:
        raise InvalidRequest.of(name, f"given both as filter.{field} and as filter.{field}.…")
    place[key] = values[0] if len(values) == 1 else values


def _box(text: str, unit: str | None) -> dict[str, str]:
    sides = text.split(",")
    if len(sides) != len(_BOX_SIDES):
        raise InvalidRequest.of("box", "four numbers are wanted: x,y,width,height")
    return dict(zip(_BOX_SIDES, sides, strict=True)) | ({} if unit is None else {"unit": unit})
