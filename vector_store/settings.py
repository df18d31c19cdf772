"""Where the index is."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import NoDecode

from vector_store.filterable import ATTRIBUTE_TYPES, FILTERABLE_FIELDS


class VectorStoreSettings(BaseModel):
    """The settings that both services need to reach the index."""

    model_config = ConfigDict(frozen=True)

    qdrant_path: Path | None = Field(
        default=None,
        description="Folder of the embedded engine (Qdrant Edge). One process at a time can open it.",
    )
    collection: str = Field(
        default="products",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$",
        description="The alias that names the promoted generation, and the first part of generations' names.",
    )
    filterable_attributes: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict,
        description=(
            "Attributes that searches can filter by, as name:type pairs separated by commas; types: "
            f"{', '.join(ATTRIBUTE_TYPES)}. Stored with a generation when it is created."
        ),
        examples=["colour:keyword,weight:float"],
    )

    @field_validator("filterable_attributes", mode="before")
    @classmethod
    def _parse_attributes(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.strip() for pair in value.split(",") if pair.strip()]
        return dict(_parse_attribute(pair) for pair in pairs)

    @field_validator("filterable_attributes")
    @classmethod
    def _check_attributes(cls, value: dict[str, str]) -> dict[str, str]:
        for name, kind in value.items():
            if kind not in ATTRIBUTE_TYPES:
                raise ValueError(f"{name}: {kind!r} is none of {', '.join(ATTRIBUTE_TYPES)}")
            if not name or any(mark in name for mark in '."\\') or name in FILTERABLE_FIELDS:
                raise ValueError(f"{name!r} cannot be a filterable attribute's name")
        return value


def _parse_attribute(pair: str) -> tuple[str, str]:
    name, colon, kind = pair.partition(":")
    if not colon:
        raise ValueError(f"{pair!r} is not of the form name:type")
    return name.strip(), kind.strip()
