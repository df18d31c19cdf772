"""Which of two different updates with the same order wins, the same way everywhere."""

import hashlib
from typing import Any

import orjson

from product_events.errors import InvalidProduct


def tie_of(data: dict[str, Any], *, refetch: bool) -> int:
    """Return 32 bits of a hash of the event's data, whatever the order of its keys.

    Raises InvalidProduct for data nested too deeply to be written back.
    """
    try:
        canonical = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise InvalidProduct(f"data cannot be written as JSON: {error}") from error
    digest = hashlib.sha256(canonical + (b"\x01" if refetch else b"\x00")).digest()
    return int.from_bytes(digest[:4], "big")
