"""A generation: one collection, built from the log by one model version."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from secrets import token_hex
from typing import cast

from vector_store.errors import StoreCorrupt, StoreMisused
from vector_store.typed_fields import typed_field

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


@dataclass(frozen=True, slots=True)
class Generation:
    """What is stored with a collection, so that nobody reads or writes it with the wrong model or order.

    name: `<collection>-<model version>[-suffix]`.
    preprocessing_hash: of what the model does to a photo before embedding it.
    order_kind: `time` or `version`; events of the other kind do not compare with what is here.
    incarnation: random; a lost or restored collection gets another, and so another consumer group.
    filterable_attributes: name → type (`keyword`, `integer`, `float`, `bool`) of indexed attributes.
    """

    name: str
    model_version: str
    dimension: int
    preprocessing_hash: str
    order_kind: str
    created_at_ms: int
    incarnation: str = field(default_factory=lambda: token_hex(4))
    filterable_attributes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not is_generation_name(self.name):
            raise StoreMisused(f"{self.name!r} is no generation name: letters, digits, '.', '_' and '-' only")

    def to_json(self) -> dict[str, object]:
        """As stored with the collection."""
        return {**asdict(self), "filterable_attributes": dict(self.filterable_attributes)}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "Generation":
        """As read back; unknown fields of a newer release are ignored.

        Raises StoreCorrupt where a field is missing or of the wrong type.
        """
        try:
            return cls(
                name=typed_field(stored, "name", str),
                model_version=typed_field(stored, "model_version", str),
                dimension=typed_field(stored, "dimension", int),
                preprocessing_hash=typed_field(stored, "preprocessing_hash", str),
                order_kind=typed_field(stored, "order_kind", str),
                created_at_ms=typed_field(stored, "created_at_ms", int),
                incarnation=typed_field(stored, "incarnation", str),
                filterable_attributes=cast(
                    Mapping[str, str], typed_field(stored, "filterable_attributes", dict)
                ),
            )
        except (KeyError, TypeError) as error:
            raise StoreCorrupt(f"a generation's description is not readable: {error}") from error


def is_generation_name(name: str) -> bool:
    """Whether this can name a generation: one plain path component, safe on every engine."""
    return _NAME.fullmatch(name) is not None


def generation_name(collection: str, model_version: str, suffix: str | None = None) -> str:
    """The name of a generation of this collection, built by this model version."""
    return f"{collection}-{model_version}" + (f"-{suffix}" if suffix else "")
