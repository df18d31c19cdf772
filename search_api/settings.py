"""The search API's settings, all of them."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from images.settings import ImageSettings
from model.settings import ModelSettings
from search_api.http.api_keys import ApiKey
from search_api.writing.write_settings import WriteSettings
from vector_store import VectorStoreSettings

_CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class SearchApiSettings(WriteSettings, ImageSettings, ModelSettings, VectorStoreSettings, BaseSettings):
    """What the environment says to the search API. Immutable."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", protected_namespaces=(), hide_input_in_errors=True
    )

    search_api_host: str = Field(
        default="127.0.0.1", description="Address that the API and the page listen on; 0.0.0.0 for all."
    )
    search_api_port: int = Field(default=8000, ge=0, le=65_535, description="Port of the API and the page.")
    search_api_status_host: str = Field(
        default="127.0.0.1", description="Address that health, readiness, metrics and statistics listen on."
    )
    search_api_status_port: int = Field(
        default=9101,
        ge=0,
        le=65_535,
        description="Port of health, readiness, metrics and statistics, which need no key there.",
    )
    search_api_threads: int = Field(
        default=8, ge=1, le=256, description="Requests answered at the same time, besides photos."
    )
    search_api_photos_waiting: int = Field(
        default=64,
        ge=0,
        le=1_000,
        description="Photos that wait for their turn to be decoded and embedded, as many at a time as there "
        "are cores (at least two). Further ones are refused at once: 503, with Retry-After.",
    )
    search_api_photo_wait_seconds: float = Field(
        default=10.0, gt=0, le=60, description="How long a photo waits for its turn before it is refused."
    )
    search_api_max_pixels: int = Field(
        default=16_000_000,
        gt=0,
        description="Pixels that a query's photo may have where it is no JPEG. JPEGs, decoded at a fraction "
        "of their size, may have IMAGE_MAX_PIXELS.",
    )
    search_api_fetches: int = Field(
        default=16, ge=1, le=256, description="Image URLs of queries fetched at the same time."
    )
    search_api_connection_limit: int = Field(
        default=200,
        ge=1,
        description="Open connections; further ones wait.",
    )
    search_api_max_body_bytes: int = Field(
        default=10_000_000, ge=1_000, description="Bytes that a request's body may have."
    )
    search_api_max_bodies_bytes: int = Field(
        default=64_000_000,
        ge=1_000,
        description="Bytes of bodies that are held at a time, over all connections: being received, waiting, "
        "or being answered. A body beyond is refused: 503, with Retry-After.",
    )
    search_api_receive_seconds: float = Field(
        default=30.0, gt=0, description="How long a request may take to arrive; a slower one is a 408."
    )
    search_api_idle_seconds: int = Field(
        default=60, ge=1, description="How long a connection may be silent before it is closed."
    )
    search_api_drain_seconds: float = Field(
        default=10.0, ge=0, description="How long a stop waits for requests that are being answered."
    )
    search_api_keys: Annotated[tuple[ApiKey, ...], NoDecode] = Field(
        default=(),
        description="API keys as name:scopes:<sha256 hex of the key>, comma-separated; scopes are search and "
        "write, joined by +. Searching needs a key once one with the scope search is here.",
        examples=["shop:search+write:<sha256 hex>,old-shop:search:<sha256 hex>"],
    )
    search_api_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Signs query ids; the same in every replica, such as from openssl rand -hex 32. Empty: a "
        "random one, so that query ids end with the process and other replicas refuse them.",
    )
    search_api_cache_seconds: int = Field(
        default=0,
        ge=0,
        le=86_400,
        description="How long browsers and caches may keep an answer of GET /products/<id>/similar without "
        "asking; a product deleted meanwhile stays in it. 0: they ask each time, by its ETag.",
    )
    search_api_trusted_hosts: _CommaSeparated = Field(
        default=(),
        description="Host names that requests may be made to, comma-separated; .example.com allows all below "
        "it. Empty: any.",
    )
    search_api_trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="How many proxies of yours in front set X-Forwarded-For; 0: the header is ignored.",
    )
    search_api_cors_origins: _CommaSeparated = Field(
        default=(),
        description="Origins whose pages may call the API from a browser, comma-separated. Empty: none.",
        examples=["https://shop.example,https://www.shop.example"],
    )
    search_api_rate_limit: str = Field(
        default="1200/minute",
        description="Searches allowed to one client (by key, else by address), in Flask-Limiter's notation. "
        "Empty: unlimited.",
        examples=["30/second;1200/minute"],
    )
    search_api_rate_limit_storage: SecretStr = Field(
        default=SecretStr("memory://"),
        description="Where searches are counted. Default: memory://, each process for itself. For several "
        "replicas together: redis://:password@host:6379, or rediss:// with TLS; while that cannot be "
        "reached, each counts for itself.",
    )
    search_api_max_models: int = Field(
        default=4,
        ge=1,
        description="Models kept in memory: the promoted generation's, and those of the others, read ahead.",
    )
    log_level: str = Field(
        default="INFO",
        pattern="(?i)^(debug|info|warning|error)$",
        description="The least level that is logged.",
    )

    @field_validator("search_api_secret", mode="before")
    @classmethod
    def _no_empty_secret(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("search_api_trusted_hosts", "search_api_cors_origins", mode="before")
    @classmethod
    # Not named as a validator of the classes above: one of the same name would replace it.
    def _split_search_api_lists(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("search_api_cors_origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or origin != f"{parts.scheme}://{parts.netloc}":
                raise ValueError(
                    f"{origin!r} is no origin: scheme, host and port only, such as https://shop.example"
                )
        return value

    @field_validator("search_api_keys", mode="before")
    @classmethod
    def _parse_keys(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        keys = tuple(ApiKey.parse(entry) for entry in value.split(",") if entry.strip())
        if len({key.name for key in keys}) < len(keys):
            raise ValueError("two keys have the same name")
        return keys
