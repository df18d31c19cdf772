"""A product as a shop describes it. These models are the schema: what they do not name is never kept."""

from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from product_events.attributes import (
    MAX_ATTRIBUTES,
    MAX_LIST_ITEMS,
    MAX_TEXT_CHARS,
    AttributeValue,
    Scalar,
    clean_attributes,
)
from product_events.coercion import identifier, integer, number, web_url
from product_events.image_key import VERSION_SEPARATOR, image_key
from product_events.order import MAX_ORDER

MAX_ID_CHARS: Final = 512

_TEXT_OR_INTEGER: Final = {"type": ["string", "integer"]}
_READ_ONLY = ConfigDict(frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True)


def _version_of_image(version: str | None) -> str | None:
    if version is not None and VERSION_SEPARATOR in version:
        raise ValueError("should not contain a line feed")
    return version or None


def _first_places(images: tuple["ProductImage", ...]) -> tuple["ProductImage", ...]:
    by_key: dict[str, ProductImage] = {}
    for image in images:
        by_key.setdefault(image.key, image)
    return images if len(by_key) == len(images) else tuple(by_key.values())


def _absent_is_empty(value: Any) -> Any:
    return () if value is None else value


ProductId = Annotated[
    str,
    BeforeValidator(identifier),
    Field(min_length=1, max_length=MAX_ID_CHARS),
    WithJsonSchema({**_TEXT_OR_INTEGER, "minLength": 1, "maxLength": MAX_ID_CHARS}),
]
Identifier = Annotated[
    str,
    BeforeValidator(identifier),
    Field(max_length=MAX_TEXT_CHARS),
    WithJsonSchema({**_TEXT_OR_INTEGER, "maxLength": MAX_TEXT_CHARS}),
]
Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
Integer = Annotated[
    int,
    BeforeValidator(integer),
    Field(ge=-(2**63), lt=2**63),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_ORDER}),
]
WebUrl = Annotated[
    Text,
    AfterValidator(web_url),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": MAX_TEXT_CHARS}),
]
_GivenAttributes = Annotated[
    dict[str, Scalar | Annotated[list[Scalar | None], Field(max_length=MAX_LIST_ITEMS)] | None],
    Field(max_length=MAX_ATTRIBUTES),
]


class ProductImage(BaseModel):
    """One picture of a product. Its URL is kept as the shop wrote it, even where it cannot be fetched."""

    model_config = _READ_ONLY

    url: Annotated[str, Field(strict=True)] = Field(
        description="Where the picture is: an https URL, or a data: URL where those are enabled."
    )
    public_id: Identifier | None = Field(default=None, description="Its name at the image host, if any.")
    version: Annotated[Identifier | None, AfterValidator(_version_of_image)] = Field(
        default=None, description="Changes when the picture behind an unchanged URL does."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_url(cls, value: Any) -> Any:
        return {"url": value} if isinstance(value, str) else value

    @cached_property
    def key(self) -> str:
        """The image key: the same key means the same picture."""
        return image_key(self.url, self.version)


class Product(BaseModel):
    """What a shop says of one product. Only `id` is required; unknown fields are ignored."""

    model_config = _READ_ONLY

    id: ProductId = Field(description="The product's id, which is also the message key.")
    name: Text | None = Field(default=None, description="What shoppers call it.")
    category: Text | None = Field(default=None, description="The kind of product, filterable.")
    brand: Text | None = Field(default=None, description="Filterable.")
    price: Annotated[float, BeforeValidator(number), Field(allow_inf_nan=False)] | None = Field(
        default=None, description="In units of `currency`, filterable by range."
    )
    currency: Text | None = Field(default=None, description="An ISO 4217 code.")
    in_stock: bool | None = Field(default=None, description="Whether it can be bought now, filterable.")
    url: WebUrl | None = Field(default=None, description="The product's page in the shop, http or https.")
    images: Annotated[
        tuple[ProductImage, ...],
        BeforeValidator(_absent_is_empty, json_schema_input_type=list[str | ProductImage] | None),
        AfterValidator(_first_places),
    ] = Field(
        default=(),
        description="Its pictures, as objects or plain URL strings. A bad URL fails that picture only.",
    )
    # Checked by hand alone: pydantic's union of scalars would take a third of the time of a whole event.
    attributes: Annotated[
        dict[str, AttributeValue],
        PlainValidator(clean_attributes, json_schema_input_type=_GivenAttributes | None),
    ] = Field(
        default_factory=dict,
        description="What else should be filterable or shown: scalars or lists of scalars.",
    )
    version: Integer | None = Field(
        default=None, description="Grows with every change of the product; orders its events in version mode."
    )
