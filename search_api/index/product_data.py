"""A product's record as answers show it: named fields only."""

from search_api.schemas import Hit, ImageData, MatchedImage, ProductData
from vector_store import CheckedProduct, ProductRecord

_SCORE_DIGITS = 6


def product_data(record: ProductRecord) -> ProductData:
    """What the record says of its product; whatever the schema does not name stays inside."""
    return ProductData.model_validate(
        {
            **(record.product or {}),
            "id": record.product_id,
            "images": [ImageData(url=image.url, key=image.key) for image in record.images],
        }
    )


def hit_data(found: CheckedProduct) -> Hit:
    """A product that a search found, with the images that it was found by, best first."""
    urls = {image.key: image.url for image in found.record.images}
    images = [
        MatchedImage(url=urls[hit.image_key], key=hit.image_key, score=round(hit.score, _SCORE_DIGITS))
        for hit in found.hits
    ]
    return Hit(
        score=images[0].score, image=images[0], matched_images=images, product=product_data(found.record)
    )
