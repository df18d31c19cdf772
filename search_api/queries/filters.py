"""Filters as callers write them, and the conditions that they mean.

A filter names a field and gives a value, several values (any of them will do), or an object: bounds of a
number, and values of which `any`, `all` or none (`not`) are to be there:
`{"category": ["shirt", "blouse"], "price": {"gte": 20, "lte": 60}, "sizes": {"all": ["S", "M"]}}`.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from search_api.errors import FieldError, InvalidRequest
from vector_store import AllOf, AnyOf, Condition, Equals, Not, OneOf, Range
from vector_store.filterable import FILTERABLE_FIELDS

MAX_FILTERS = 20
MAX_VALUES = 100
NUMERIC_KINDS = frozenset({"integer", "float"})

_Keyword = Annotated[str, Field(max_length=10_000)]
_Integer = Annotated[int, Field(ge=-(2**63), lt=2**63)]
_Number = Annotated[float, Field(allow_inf_nan=False)]

_SEVERAL = Field(min_length=1, max_length=MAX_VALUES)

_VALUES: Mapping[str, TypeAdapter[Any]] = {
    "keyword": TypeAdapter(Annotated[list[_Keyword], _SEVERAL]),
    "integer": TypeAdapter(Annotated[list[_Integer], _SEVERAL]),
    "float": TypeAdapter(Annotated[list[_Number], _SEVERAL]),
    "bool": TypeAdapter(Annotated[list[bool], _SEVERAL]),
}

QUANTIFIERS: Mapping[str, str] = {
    "any": "At least one of these.",
    "all": "Every one of these.",
    "not": "None of these; a product without the field has none of them.",
}
"""How an object says what is to hold of its values."""


class Bounds(BaseModel):
    """Bounds of a number."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    gt: _Number | None = Field(default=None, description="Greater than.")
    gte: _Number | None = Field(default=None, description="At least.")
    lt: _Number | None = Field(default=None, description="Less than.")
    lte: _Number | None = Field(default=None, description="At most.")


GivenFilters = Annotated[
    dict[str, Any],
    Field(
        max_length=MAX_FILTERS,
        description="What every product of the answer satisfies. Fields: category, brand, price, in_stock, "
        "and the shop's filterable attributes by name. A value; a list, of which any will do; or an object "
        "of bounds of a number (gt, gte, lt, lte), and of values: any, all, not.",
    ),
]


def field_kinds(attributes: Mapping[str, str]) -> dict[str, str]:
    """Name → type of all that can be filtered by; attributes: the same of the generation's attributes."""
    return {**FILTERABLE_FIELDS, **attributes}


def condition_of(
    filters: Mapping[str, Any] | None, attributes: Mapping[str, str], *, strict: bool = True
) -> Condition | None:
    """What the filters mean; None where there are none.

    attributes: name → type of the generation's filterable attributes.
    strict: values have the types of JSON; otherwise they are texts, to be read as the field's type.
    Raises InvalidRequest, which names every bad field.
    """
    kinds = field_kinds(attributes)
    conditions: list[Condition] = []
    errors: list[FieldError] = []
    for name, given in (filters or {}).items():
        if name not in kinds:
            known = ", ".join(sorted(kinds))
            errors.append(FieldError(f"filters.{name}", f"unknown; this index is filtered by {known}"))
            continue
        field = name if name in FILTERABLE_FIELDS else f"attributes.{name}"
        reading = _Reading(name, field, kinds[name], errors, strict=strict)
        conditions.extend(reading.conditions(given))
    if errors:
        raise InvalidRequest(*errors)
    return AllOf(tuple(conditions)) if conditions else None


class _Reading:
    """One filter, read; what is wrong with it is added to `errors`."""

    def __init__(self, name: str, field: str, kind: str, errors: list[FieldError], *, strict: bool) -> None:
        self._path = ("filters", name)
        self._field = field
        self._kind = kind
        self._strict = strict
        self._errors = errors

    def conditions(self, given: object) -> Iterator[Condition]:
        """Those that must all hold."""
        if not isinstance(given, Mapping):
            yield from self._any(given)
            return
        bounds = {name: value for name, value in given.items() if name not in QUANTIFIERS}
        if "any" in given:
            yield from self._any(given["any"], "any")
        if "all" in given:
            for value in self._values(given["all"], "all"):
                yield self._one_of([value])
        if "not" in given and (values := self._values(given["not"], "not")):
            yield Not(self._one_of(values))
        if bounds or not given:
            yield from self._bounds(bounds)

    def _any(self, given: object, *path: str) -> Iterator[Condition]:
        if values := self._values(given, *path):
            yield self._one_of(values)

    def _bounds(self, given: Mapping[str, Any]) -> Iterator[Condition]:
        if self._kind not in NUMERIC_KINDS:
            known = ", ".join(QUANTIFIERS)
            unknown = next(iter(given), None)
            said = f"an object of {known}" if unknown is None else f"unknown; a {self._kind} has {known}"
            self._errors.append(FieldError(".".join(filter(None, (*self._path, unknown))), said))
            return
        try:
            one = Bounds.model_validate(given, strict=self._strict)
        except ValidationError as error:
            self._add(error, listed=True)
            return
        yield Range(self._field, gt=one.gt, gte=one.gte, lt=one.lt, lte=one.lte)

    def _values(self, given: object, *path: str) -> list[Any]:
        """The values in their field's type; empty where something is wrong with them."""
        listed = given if isinstance(given, list) else [given]
        try:
            values: list[Any] = _VALUES[self._kind].validate_python(listed, strict=self._strict)
        except ValidationError as error:
            self._add(error, *path, listed=isinstance(given, list))
            return []
        return values

    def _one_of(self, values: list[Any]) -> Condition:
        match self._kind:
            case "keyword" | "integer":
                return OneOf(self._field, tuple(values))
            case "float":
                return AnyOf(tuple(Range(self._field, gte=value, lte=value) for value in values))
            case _:
                return AnyOf(tuple(Equals(self._field, value) for value in values))

    def _add(self, error: ValidationError, *path: str, listed: bool) -> None:
        for each in error.errors(include_url=False, include_context=False, include_input=False):
            # A value that stands alone was wrapped into a list, which the caller need not hear of.
            inner = [str(part) for part in each["loc"] if listed or isinstance(part, str)]
            self._errors.append(FieldError(".".join((*self._path, *path, *inner)), each["msg"]))
