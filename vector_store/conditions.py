"""Conditions on points, independent of the engine that will evaluate them.

Each engine translates them; `matches` is their meaning, by which answers are checked against records.
A field is a path into the payload (`attributes.colour`); a list matches where one of its elements does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from vector_store.errors import StoreMisused

Scalar: TypeAlias = str | int | bool


@dataclass(frozen=True, slots=True)
class Equals:
    """The field has exactly this value; the type counts (1 is neither True nor 1.0)."""

    field: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field has one of these values."""

    field: str
    values: tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The field is a number within these bounds; None is no bound."""

    field: str
    gt: float | None = None
    gte: float | None = None
    lt: float | None = None
    lte: float | None = None

    def tightest(self) -> "Range":
        """The same range with one bound at most on each side: of two, an engine's index heeds one."""
        gt, gte, lt, lte = self.gt, self.gte, self.lt, self.lte
        if gt is not None and gte is not None:
            gt, gte = (gt, None) if gt >= gte else (None, gte)
        if lt is not None and lte is not None:
            lt, lte = (lt, None) if lt <= lte else (None, lte)
        return Range(self.field, gt=gt, gte=gte, lt=lt, lte=lte)


@dataclass(frozen=True, slots=True)
class HasId:
    """The point's id is one of these."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of these holds; empty: always. Others of its kind among them are taken apart.

    A filter that holds nothing but another takes Qdrant Edge 0.9.0 three times as long.
    """

    conditions: tuple["Condition", ...]

    def __post_init__(self) -> None:
        flat = tuple(
            part
            for each in self.conditions
            for part in (each.conditions if isinstance(each, AllOf) else (each,))
        )
        object.__setattr__(self, "conditions", flat)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds; empty is refused, since engines would take it for no condition at all."""

    conditions: tuple["Condition", ...]

    def __post_init__(self) -> None:
        if not self.conditions:
            raise StoreMisused("a choice between no conditions")


@dataclass(frozen=True, slots=True)
class Not:
    """This does not hold (a missing field included)."""

    condition: "Condition"


Condition: TypeAlias = Equals | OneOf | Range | HasId | AllOf | AnyOf | Not


def matches(condition: Condition, payload: Mapping[str, object], point_id: str = "") -> bool:
    """Whether a point with this id and payload satisfies the condition, as the engines decide it."""
    match condition:
        case Equals(field, value):
            return any(_same(found, value) for found in _values(payload, field))
        case OneOf(field, values):
            return any(_same(found, value) for found in _values(payload, field) for value in values)
        case Range(field):
            return any(_within(found, condition) for found in _values(payload, field))
        case HasId(ids):
            return point_id in ids
        case AllOf(conditions):
            return all(matches(each, payload, point_id) for each in conditions)
        case AnyOf(conditions):
            return any(matches(each, payload, point_id) for each in conditions)
        case Not(inner):
            return not matches(inner, payload, point_id)
        case _:
            assert_never(condition)


def _values(payload: Mapping[str, object], field: str) -> Iterator[object]:
    found: object = payload
    for part in field.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return
        found = found[part]
    if isinstance(found, list | tuple):
        yield from found
    else:
        yield found


def _same(found: object, value: Scalar) -> bool:
    return type(found) is type(value) and found == value


def _within(found: object, bounds: Range) -> bool:
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    return (
        (bounds.gt is None or found > bounds.gt)
        and (bounds.gte is None or found >= bounds.gte)
        and (bounds.lt is None or found < bounds.lt)
        and (bounds.lte is None or found <= bounds.lte)
    )
