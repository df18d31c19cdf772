"""Where the index is."""

import ssl
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from vector_store.filterable import ATTRIBUTE_TYPES, FILTERABLE_FIELDS
from vector_store.size_class import SizeClass


class VectorStoreSettings(BaseModel):
    """The settings that both services need to reach the index."""

    model_config = ConfigDict(frozen=True)

    qdrant_path: Path | None = Field(
        default=None,
        description=(
            "Folder of the embedded engine (Qdrant Edge). One process at a time can open it. "
            "Not set: a Qdrant server is used, see QDRANT_HOST."
        ),
    )
    qdrant_host: str | None = Field(
        default=None,
        description="Host name or address of a Qdrant server; localhost, if QDRANT_PATH is not set either.",
        examples=["qdrant.internal"],
    )
    qdrant_port: int = Field(default=6333, ge=1, le=65535, description="The server's HTTP port.")
    qdrant_grpc_port: int = Field(
        default=6334,
        ge=0,
        le=65535,
        description="The server's gRPC port, which is the faster one; 0: use the HTTP port for everything.",
    )
    qdrant_api_key: SecretStr | None = Field(
        default=None,
        description="The server's API key. Use it with QDRANT_TLS: otherwise it travels readable.",
    )
    qdrant_tls: bool = Field(default=False, description="Speak TLS with the server, over gRPC and HTTP.")
    qdrant_ca_file: Path | None = Field(
        default=None,
        description="File of certificate authorities (PEM) to trust with QDRANT_TLS instead of the "
        "well-known ones.",
    )
    qdrant_timeout_seconds: int = Field(
        default=10,
        ge=1,
        description="Longest wait for an answer of the server. A write may be carried out all the same.",
    )
    qdrant_replication_factor: int = Field(
        default=1,
        ge=1,
        description=(
            "Copies of each shard, for generations made from now on. Above 1, a write waits for all of them, "
            "writes are strictly ordered, and reads take the majority's answer."
        ),
    )
    qdrant_shard_number: int | None = Field(
        default=None,
        ge=1,
        description="Shards of generations made from now on; not set: one on each of the server's nodes.",
    )
    qdrant_size_class: SizeClass = Field(
        default=SizeClass.SMALL,
        description=(
            "What generations made from now on are laid out for, on a server or embedded. `small`: all of it "
            "in memory. `large`, from about a million pictures: int8 copies of the vectors in memory; the "
            "originals, products and the indexes of filters on disk. `huge`, from about a billion: the graph "
            "on disk too. What each step takes: docs/explanation/scaling.md."
        ),
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

    @property
    def server_host(self) -> str:
        """Where the server is, if it is a server."""
        return self.qdrant_host or "localhost"

    @field_validator(
        "qdrant_host",
        "qdrant_path",
        "qdrant_api_key",
        "qdrant_ca_file",
        "qdrant_shard_number",
        mode="before",
    )
    @classmethod
    def _blank_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("qdrant_host")
    @classmethod
    def _check_host(cls, value: str | None) -> str | None:
        if value is not None and ("/" in value or value.count(":") == 1):
            raise ValueError(f"{value!r} is no host name; the ports are QDRANT_PORT and QDRANT_GRPC_PORT")
        return value

    @field_validator("qdrant_ca_file")
    @classmethod
    def _check_ca_file(cls, value: Path | None) -> Path | None:
        try:
            ssl.create_default_context(cafile=value)
        except OSError as error:
            raise ValueError(
                f"{value} is no file of certificates (PEM): {error.strerror or error}"
            ) from error
        return value

    @field_validator("collection")
    @classmethod
    def _check_collection(cls, value: str) -> str:
        if value.endswith(".previous"):
            raise ValueError(f"{value!r}: a name with this end is an alias of the index's own")
        return value

    @model_validator(mode="after")
    def _check_one_engine(self) -> Self:
        if self.qdrant_path is not None and self.qdrant_host is not None:
            raise ValueError("QDRANT_PATH and QDRANT_HOST are both set: name a folder or a server, not both")
        return self

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
