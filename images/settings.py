"""Where images may come from, and how much of an image is too much."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from images.cloudinary import DEFAULT_TRANSFORMATION
from images.host_rule import HostRule

_CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class ImageSettings(BaseModel):
    """The settings of fetching and decoding, the same for both services."""

    model_config = ConfigDict(frozen=True)

    image_allowed_hosts: _CommaSeparated = Field(
        default=("res.cloudinary.com",),
        description="Hosts that images are fetched from, https only: host, *.domain (all below it), "
        "host:port; http:// before one allows plain http there. Empty: none.",
        examples=["res.cloudinary.com,*.cdn.example.com,images.example.com:8443"],
    )
    image_local_hosts: _CommaSeparated = Field(
        default=(),
        description="Hosts of this machine or of a private network (host or host:port, no patterns) that "
        "images may come from besides; plain http is allowed, and so are loopback and private addresses.",
        examples=["127.0.0.1:8123"],
    )
    image_data_urls: bool = Field(
        default=False, description="Whether a data: URL may hold an image instead of naming one."
    )
    image_data_url_max_bytes: int = Field(
        default=262_144, gt=0, description="Bytes that a data: image may have when decoded from its URL."
    )
    image_deadline_seconds: float = Field(
        default=10,
        gt=0,
        le=600,
        description="Time for one image in all: waiting for its turn, DNS, connecting, redirects, body.",
    )
    image_fetches_per_host: int = Field(
        default=16, ge=1, le=1_000, description="Images fetched from one host at a time."
    )
    image_host_timeouts: int = Field(
        default=5, ge=1, description="Time-outs in a row after which a host is left alone for a while."
    )
    image_host_pause_seconds: float = Field(
        default=60, gt=0, description="How long a host that keeps timing out is left alone."
    )
    image_max_bytes: int = Field(default=20_000_000, gt=0, description="Bytes that a fetched file may have.")
    image_max_pixels: int = Field(
        default=50_000_000, gt=0, le=170_000_000, description="Pixels that an image may have to be decoded."
    )
    image_max_redirects: int = Field(default=3, ge=0, le=20, description="Redirects followed for one image.")
    image_cloudinary_transformation: str = Field(
        default=DEFAULT_TRANSFORMATION,
        pattern=r"^[A-Za-z0-9_,:./$-]*$",
        description="Transformation that asks Cloudinary for a small rendition instead of the original. "
        "Empty: URLs are asked for as they are.",
    )
    image_cloudinary_hosts: _CommaSeparated = Field(
        default=(),
        description="Hosts of the shop's own name that deliver for Cloudinary; they must be allowed as well.",
        examples=["img.myshop.example"],
    )
    image_cache_dir: Path | None = Field(
        default=None,
        description="Folder that keeps fetched files, so that a reindex with a new model downloads nothing. "
        "May be shared by processes, and deleted at any time.",
    )
    image_cache_max_bytes: int = Field(
        default=2_000_000_000, gt=0, description="Bytes that the kept files may have together."
    )
    image_cache_fresh_seconds: float = Field(
        default=86_400,
        ge=0,
        description="How long a kept file is used before its host is asked whether it has changed.",
    )
    image_proxy_url: SecretStr | None = Field(
        default=None,
        description="Proxy that images are fetched through. It resolves the hosts' names, so keeping private "
        "addresses out is its task then. The environment's HTTP_PROXY and the like are not used.",
        examples=["http://user:password@proxy.example.com:3128"],
    )
    image_ca_file: Path | None = Field(
        default=None,
        description="File of certificate authorities (PEM) to trust instead of the well-known ones.",
    )

    @field_validator("image_allowed_hosts", "image_local_hosts", "image_cloudinary_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(entry.strip() for entry in value.split(",") if entry.strip())

    @field_validator("image_allowed_hosts")
    @classmethod
    def _check_allowed(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            HostRule.parse(entry)
        return value

    @field_validator("image_local_hosts")
    @classmethod
    def _check_local(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            HostRule.parse_local(entry)
        return value

    @field_validator("image_cloudinary_transformation")
    @classmethod
    def _strip_slashes(cls, value: str) -> str:
        return value.strip("/")
