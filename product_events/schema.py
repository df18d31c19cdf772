"""The published contract, generated from the models: a JSON Schema and an AsyncAPI document.

python -m product_events.schema json > docs/reference/product-event.schema.json
python -m product_events.schema asyncapi > docs/asyncapi.yaml
"""

import argparse
import json
import sys
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from product_events.asyncapi import asyncapi_document
from product_events.block_yaml import to_yaml
from product_events.event_types import EventType
from product_events.models import Integer, Product, ProductId

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class ProductState(Product):
    """What a shop says of one product. Only `id` is required; unknown fields are ignored."""

    model_config = ConfigDict(title="ProductState")

    refetch: bool | None = Field(
        default=None,
        description="True asks to download all images again, for pictures that changed behind their URLs.",
    )


class ProductDeletion(BaseModel):
    """Which product is gone. Other fields are ignored."""

    id: ProductId = Field(description="The product's id, which is also the message key.")
    version: Integer | None = Field(
        default=None, description="Required where events are ordered by version: above all earlier ones."
    )


class _CloudEvent(BaseModel):
    specversion: Literal["1.0"]
    id: Annotated[str, Field(min_length=1, description="Unique within `source`.")]
    source: Annotated[str, Field(min_length=1, description="Who says it, as a URI reference.")]
    subject: str | None = Field(default=None, description="The product's id; not read.")
    time: AwareDatetime | None = Field(
        default=None,
        description="When it happened, RFC 3339 with an offset from UTC; orders a product's events in time "
        "mode. Left out, the Kafka record's timestamp does.",
    )
    datacontenttype: str | None = Field(default=None, description="application/json.")


class ProductStated(_CloudEvent):
    """The product now looks like this. `product.created` and `product.updated` mean the same."""

    type: Literal[EventType.CREATED, EventType.UPDATED]
    data: ProductState


class ProductDeleted(_CloudEvent):
    """The product is gone."""

    type: Literal[EventType.DELETED]
    data: ProductDeletion


_EVENT: Final[TypeAdapter[Any]] = TypeAdapter(ProductStated | ProductDeleted)


class _WithoutTitles(GenerateJsonSchema):
    """Titles that only repeat a field's name are left out."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a structured event, as draft 2020-12."""
    return {
        "$schema": _DIALECT,
        "title": "ProductEvent",
        "description": "A product event: CloudEvents 1.0 in JSON, structured mode.",
        **_EVENT.json_schema(schema_generator=_WithoutTitles),
    }


def definitions(ref_template: str) -> dict[str, Any]:
    """Return the schemas of the two kinds of events and of what they hold, by name."""
    schema = _EVENT.json_schema(schema_generator=_WithoutTitles, ref_template=ref_template)
    return dict(schema["$defs"])


def render(document: str) -> str:
    """Return the text of `json` or `asyncapi`, as it is published."""
    if document == "json":
        return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    return to_yaml(asyncapi_document(definitions("#/components/schemas/{model}")))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("document", choices=("json", "asyncapi"), help="what to print")
    sys.stdout.write(render(parser.parse_args().document))
    return 0


if __name__ == "__main__":
    sys.exit(main())
