"""Filters as callers write them, and the conditions that they mean.

A filter names a field and gives a value, several values (any of them will do), or bounds:
`{"category": ["shirt", "blouse"], "price": {"gte": 20, "lte": 60}, "in_stock": true}`.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from search_api.errors import FieldError, InvalidRequest
from vector_store import AllOf, AnyOf, Condition, Equals, OneOf, Range
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
        "and the shop's filterable attributes by name. A value, a list of which any will do, or bounds of a "
        "number.",
    ),
]


def condition_of(
    filters: Mapping[str, Any], attributes: Mapping[str, str], *, strict: bool = True
) -> Condition | None:
    """What the filters mean; None where there are none.

    attributes: name → type of the generation's filterable attributes.
    strict: values have the types of JSON; otherwise they are texts, to be read as the field's type.
    Raises InvalidRequest, which names every bad field.
    """
    kinds = {**FILTERABLE_FIELDS, **attributes}
    conditions: list[Condition] = []
    errors: list[FieldError] = []
    for name, given in filters.items():
        if name not in kinds:
            known = ", ".join(sorted(kinds))
            errors.append(FieldError(f"filters.{name}", f"unknown; this index is filtered by {known}"))
            continue
        field = name if name in FILTERABLE_FIELDS else f"attributes.{name}"
        try:
            conditions.append(_condition(field, kinds[name], given, strict=strict))
        except ValidationError as error:
            errors.extend(_field_errors(name, error, listed=isinstance(given, list)))
    if errors:
        raise InvalidRequest(*errors)
    return AllOf(tuple(conditions)) if conditions else None


def _condition(field: str, kind: str, given: object, *, strict: bool) -> Condition:
    if kind in NUMERIC_KINDS and isinstance(given, Mapping):
        bounds = Bounds.model_validate(given, strict=strict)
        return Range(field, gt=bounds.gt, gte=bounds.gte, lt=bounds.lt, lte=bounds.lte)
    values = _VALUES[kind].validate_python(given if isinstance(given, list) else [given], strict=strict)
    match kind:
        case "keyword" | "integer":
            return OneOf(field, tuple(values))
        case "float":
            return AnyOf(tuple(Range(field, gte=value, lte=value) for value in values))
        case _:
            return AnyOf(tuple(Equals(field, value) for value in values))


def _field_errors(name: str, error: ValidationError, *, listed: bool) -> list[FieldError]:
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    # A value that stands alone was wrapped into a list, which the caller need not hear of.
    paths = [[str(part) for part in each["loc"] if listed or isinstance(part, str)] for each in errors]
    return [
        FieldError(".".join(["filters", name, *path]), each["msg"])
        for path, each in zip(paths, errors, strict=True)
    ]
