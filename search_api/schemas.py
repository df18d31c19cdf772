"""What goes in and out as JSON. The API's description is generated from these models."""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from product_events.attributes import AttributeValue
from search_api.queries.query import QueryKind


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, protected_namespaces=())


class ImageData(_Answer):
    """One picture of a product."""

    url: str = Field(description="As the shop published it.")
    key: str = Field(description="Tells it from the product's other pictures: its URL, and version if any.")


class MatchedImage(ImageData):
    """A picture that resembles the query."""

    score: float = Field(description="Cosine similarity to the query, from -1 to 1.")


class ProductData(_Answer):
    """A product as its shop last described it."""

    id: str
    name: str | None = None
    category: str | None = None
    brand: str | None = None
    price: float | None = None
    currency: str | None = None
    in_stock: bool | None = None
    url: str | None = Field(default=None, description="The product's page in the shop.")
    attributes: dict[str, AttributeValue] = Field(default_factory=dict)
    images: list[ImageData] = Field(default_factory=list)


class Hit(_Answer):
    """One product of an answer; a product appears once, with all of its pictures that match."""

    score: float = Field(description="The best picture's cosine similarity to the query, from -1 to 1.")
    image: MatchedImage = Field(description="The best picture.")
    matched_images: list[MatchedImage] = Field(description="The best pictures of the product, best first.")
    product: ProductData


class QueryEcho(_Answer):
    """What was looked for."""

    kind: QueryKind
    product_id: str | None = None
    like: list[str] = Field(default_factory=list)
    unlike: list[str] = Field(default_factory=list)


FacetValue = str | bool | int | float


class FacetCount(_Answer):
    """One value of a field, and how many products have it."""

    value: FacetValue
    count: int


class SimilarAnswer(_Answer):
    """Products similar to the query, best first."""

    query: QueryEcho
    hits: list[Hit]
    offset: int = Field(description="How many products before these were skipped.")
    limit: int = Field(description="How many products were wanted, at most.")
    has_more: bool = Field(description="Whether a further page has products.")
    facets: dict[str, list[FacetCount]] = Field(
        description="For each field asked for, the values of the best 200 products that satisfy filters and "
        "thresholds, whatever the page; most frequent first. A product without the field is not counted."
    )
    query_id: str = Field(
        description="Asks the same again with other filters or for another page, without the photo; good as "
        "long as the model is the same."
    )
    generation: str = Field(description="The index that answered.")
    model_version: str = Field(description="The model whose vectors were compared.")
    timings_ms: dict[str, float] | None = Field(
        description="Milliseconds by stage; null where an answer may be kept, which has Server-Timing alone."
    )


class BatchAnswer(_Answer):
    """An answer or a problem for each query, in the order of the queries."""

    answers: list["SimilarAnswer | ProblemDetails"]
    timings_ms: dict[str, float] = Field(description="Milliseconds by stage, of all queries together.")


class ImageReport(ImageData):
    """What has become of one picture of a product."""

    status: Literal["indexed", "pending", "failed"]
    reason: str | None = Field(
        default=None, description="Why it is not indexed; told only to holders of a key."
    )
    http_status: int | None = Field(default=None, description="What its host answered; only with a key.")
    tries: int | None = Field(
        default=None, description="How often it has been tried in vain; only with a key."
    )
    retry_at: datetime | None = Field(default=None, description="When it is tried again; only with a key.")


class ImageCounts(_Answer):
    """How many pictures of a product have which status."""

    indexed: int
    pending: int
    failed: int


class ProductReport(_Answer):
    """What the index knows of one product, and since when."""

    product: ProductData
    images: list[ImageReport]
    image_counts: ImageCounts
    event_time: datetime = Field(description="When the shop changed the product, as its event says.")
    indexed_time: datetime = Field(description="When the change became searchable.")
    generation: str
    model_version: str


class PartitionPosition(_Answer):
    """How far a partition has been read."""

    topic: str
    partition: int
    offset: int = Field(description="Of the first message that is not dealt with yet.")


class StatsAnswer(_Answer):
    """What the index holds, and how fresh it is, as its consumer said last."""

    generation: str
    model_version: str
    generation_created: datetime
    products: int = Field(description="For sale, whether their images are indexed yet or not.")
    products_deleted: int = Field(description="Records kept so that a late event cannot bring one back.")
    products_with_pending_images: int = Field(description="With an image that will be tried again.")
    images: int = Field(description="Indexed pictures.")
    kept_up_to_date: bool = Field(description="Whether a consumer was at work within the last minute.")
    status_time: datetime | None = Field(description="When it said so; null: never yet.")
    silent_seconds: float = Field(description="How long ago; before the first time, the generation's age.")
    lag_messages: int | None = Field(
        description="Messages not dealt with yet, of the partitions of the consumer that says so."
    )
    lag_seconds: float | None = Field(description="Age of the message it took in last; 0 where none waits.")
    unfinished_messages: int | None = Field(description="Taken in and not committed yet.")
    positions: list[PartitionPosition]
    audit_time: datetime | None = Field(description="When the last periodic audit ended; null: not yet.")


class HealthAnswer(_Answer):
    """The process lives."""

    status: Literal["alive"]


class ReadyAnswer(_Answer):
    """Photos and products can be searched for."""

    status: Literal["ready"]
    note: str | None = Field(default=None, description="What somebody should look at all the same.")


class ProblemField(_Answer):
    """What is wrong with one field of the request."""

    field: str
    detail: str


class ProblemDetails(_Answer):
    """An error, as RFC 9457 describes it."""

    type: str = Field(description="Names the kind of problem; a relative URL that explains it.")
    title: str
    status: int
    detail: str
    instance: str = Field(
        description="This very occurrence: the request's id, which the service's log has too."
    )
    errors: list[ProblemField] | None = Field(default=None, exclude_if=lambda value: value is None)


def moment(milliseconds: int) -> datetime:
    """Milliseconds since 1970 as a time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


JsonObject = dict[str, Any]
