"""What no engine may be given, refused before anything of a write is applied.

Engines differ in what they refuse, and take some of it in silence: NaN in a vector, or a payload so deep that
the embedded engine can never read it again.
"""

from collections.abc import Iterable, Mapping
from math import isfinite
from uuid import UUID

import numpy as np

from vector_store.errors import InvalidPayload, InvalidVector
from vector_store.points import Operation, UpsertPoints, Vector

DEEPEST_PAYLOAD = 32
"""Levels of lists and objects in a payload. Engines give up between about 45 (protobuf) and 126 (serde)."""

_INT64 = range(-(2**63), 2**63)
_SHOWN_CHARACTERS = 40


def check_vector(vector: Vector, dimension: int) -> None:
    """Raises InvalidVector unless this is float32 [dimension] without NaN or infinite parts."""
    if vector.shape != (dimension,):
        raise InvalidVector(f"a vector has shape {vector.shape}, the collection takes ({dimension},)")
    if vector.dtype != np.float32:
        raise InvalidVector(f"a vector is of {vector.dtype}, the collection takes float32")
    if not np.isfinite(vector).all():
        raise InvalidVector("a vector has NaN or infinite parts")


def check_payload(payload: Mapping[str, object]) -> None:
    """Raises InvalidPayload unless every engine can hold this payload and give it back the same.

    That is: objects, lists, strings without lone surrogates, integers of 64 bits with a sign, finite floats,
    booleans and None, at most `DEEPEST_PAYLOAD` levels of them. Lists may be tuples; they come back as lists.
    """
    for field, value in payload.items():
        if refusal := _refusal_of_key(field) or _refusal(value):
            raise InvalidPayload(f"the payload's field {_shown(field)} has {refusal}")


def check_operations(operations: Iterable[Operation], dimension: int) -> None:
    """Raises InvalidVector or InvalidPayload where an upsert carries what must not reach an engine."""
    for operation in operations:
        if isinstance(operation, UpsertPoints):
            for point in operation.points:
                _check_id(point.id)
                check_payload(point.payload)
                if point.vector is not None:
                    check_vector(point.vector, dimension)


def _check_id(point_id: str) -> None:
    try:
        canonical = str(UUID(point_id)) == point_id
    except (ValueError, AttributeError, TypeError):
        canonical = False
    if not canonical:
        raise InvalidPayload(f"a point's id is {_shown(point_id)}, not a UUID in lower case with hyphens")


def _refusal(value: object, levels_left: int = DEEPEST_PAYLOAD - 1) -> str | None:
    """What no engine could take of this value, or None."""
    match value:
        case None | bool():
            return None
        case str():
            return None if value.isascii() or _is_unicode(value) else "a string with a lone surrogate"
        case int():
            return None if value in _INT64 else "an integer of more than 64 bits"
        case float():
            return None if isfinite(value) else f"the number {value}"
        case Mapping() | list() | tuple() if levels_left == 0:
            return f"more than {DEEPEST_PAYLOAD} levels"
        case Mapping():
            inside = (_refusal_of_key(key) or _refusal(each, levels_left - 1) for key, each in value.items())
            return next(filter(None, inside), None)
        case list() | tuple():
            return next(filter(None, (_refusal(each, levels_left - 1) for each in value)), None)
        case _:
            return f"a value of type {type(value).__name__}"


def _refusal_of_key(key: object) -> str | None:
    return _refusal(key) if isinstance(key, str) else f"a key of type {type(key).__name__}"


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: object) -> str:
    return ascii(value)[:_SHOWN_CHARACTERS]
