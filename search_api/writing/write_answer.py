"""What a call that writes is answered with."""

from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from product_events import ProductImage
from search_api.writing.product_writer import Written
from vector_store import ImageState, ImageStatus, ProductRecord

WrittenStatus = Literal["published", "indexed", "pending", "failed"]


class WrittenImage(BaseModel):
    """A picture that the call stored."""

    model_config = ConfigDict(frozen=True)

    image_id: str | None = Field(default=None, description="Its name within the product, to remove it by.")
    key: str = Field(description="As in other answers: its URL, or the digest of an upload.")
    status: WrittenStatus = Field(
        description="`published`: the index has not read it yet. The rest is as in `GET /products/<id>`."
    )


class WrittenProduct(BaseModel):
    """One product's event."""

    model_config = ConfigDict(frozen=True)

    product_id: str
    event: Literal["product.created", "product.updated", "product.deleted"]
    location: str = Field(description="Where to look for what is indexed of it.")
    searchable: bool = Field(
        description="Whether searches see the change: what was stored is indexed, what was removed is gone. "
        "Without `wait` it is rarely so yet."
    )
    images: list[WrittenImage] = Field(description="The pictures that the call stored.")


class WriteAnswer(BaseModel):
    """The events that a call has published, each confirmed by Kafka; the index follows."""

    model_config = ConfigDict(frozen=True)

    products: list[WrittenProduct] = Field(description="One for each product that the call names.")


def write_answer(written: Sequence[Written], reached: Mapping[str, ProductRecord]) -> WriteAnswer:
    """The answer. reached: records that have come to their events, by product id."""
    return WriteAnswer(products=[_product(each, reached.get(each.product_id)) for each in written])


def location_of(product_id: str) -> str:
    """The path of what is indexed of a product."""
    return f"/products/{quote(product_id, safe='')}"


def _product(written: Written, record: ProductRecord | None) -> WrittenProduct:
    states = {} if record is None else {image.key: image for image in record.images}
    images = [_image(each, states.get(each.key)) for each in written.images]
    return WrittenProduct(
        product_id=written.product_id,
        event=written.kind.value,
        location=location_of(written.product_id),
        searchable=record is not None and all(image.status == ImageStatus.INDEXED.value for image in images),
        images=images,
    )


def _image(image: ProductImage, state: ImageState | None) -> WrittenImage:
    status: WrittenStatus = "published" if state is None else state.status.value
    return WrittenImage(image_id=image.public_id, key=image.key, status=status)
