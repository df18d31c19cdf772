"""F, the fold of the log, by a reading of the event contract that shares no code with the product.

For each product the event of the highest (revision, tie) wins; docs/reference/events.md says what these are.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from product_events import RawMessage

Position = tuple[str, int, int]
_TYPES = {"product.created", "product.updated", "product.deleted"}
_LONGEST_AHEAD_MS = 300_000
_MOST_IMAGES = 50


@dataclass(frozen=True, slots=True)
class Said:
    """What one message says of one product; data: None for a delete."""

    position: Position
    product_id: str
    revision: int
    tie: int
    data: Mapping[str, Any] | None

    @property
    def images(self) -> tuple[str, ...]:
        """The URLs, each once."""
        return () if self.data is None else tuple(dict.fromkeys(self.data.get("images", ())))


def said_by(message: RawMessage) -> Said | None:
    """What a message says, or None where it says nothing usable."""
    position = (message.topic, message.partition, message.offset)
    if message.value is None:
        assert message.key is not None, "the tests send no tombstones without a key"
        return Said(position, message.key.decode(), 2 * message.timestamp_ms + 1, 0, None)
    try:
        envelope = json.loads(message.value)
        kind, data = envelope["type"], envelope["data"]
        product_id, time_ms = data["id"], _milliseconds(envelope["time"])
    except (ValueError, KeyError, TypeError):
        return None
    if kind not in _TYPES or message.key != product_id.encode():
        return None
    if time_ms > message.timestamp_ms + _LONGEST_AHEAD_MS:
        return None
    if kind == "product.deleted":
        return Said(position, product_id, 2 * time_ms + 1, 0, None)
    images = data.get("images", [])
    if not isinstance(images, list) or len(images) > _MOST_IMAGES:
        return None
    return Said(position, product_id, 2 * time_ms, _tie(data), data)


def fold(said: Iterable[Said]) -> dict[str, Said]:
    """The event that stands for each product ever heard of."""
    standing: dict[str, Said] = {}
    for each in said:
        known = standing.get(each.product_id)
        if known is None or (each.revision, each.tie) > (known.revision, known.tie):
            standing[each.product_id] = each
    return standing


def _milliseconds(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return round(moment.timestamp() * 1000)


def _tie(data: Mapping[str, Any]) -> int:
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    digest = sha256(canonical + (b"\x01" if data.get("refetch") else b"\x00")).digest()
    return int.from_bytes(digest[:4], "big")
