"""An answer as the API's description shows it; made of the models, so that it cannot differ from them."""

from search_api.schemas import (
    BatchAnswer,
    FacetCount,
    Hit,
    ImageCounts,
    ImageData,
    ImageReport,
    MatchedImage,
    PartitionPosition,
    ProblemDetails,
    ProductData,
    ProductReport,
    QueryEcho,
    SimilarAnswer,
    StatsAnswer,
    moment,
)

_URL = "https://res.cloudinary.com/demo/image/upload/v1699/shirt.jpg"
_PRODUCT = ProductData(
    id="665f1c",
    name="Linen shirt",
    category="shirt",
    brand="Nord",
    price=49.9,
    currency="EUR",
    in_stock=True,
    url="https://shop.example/p/665f1c",
    attributes={"colour": "white", "sizes": ["S", "M"]},
    images=[ImageData(url=_URL, key=_URL)],
)
_MATCHED = MatchedImage(url=_URL, key=_URL, score=0.871204)

SIMILAR_ANSWER = SimilarAnswer(
    query=QueryEcho(kind="product_id", product_id="9a2b07"),
    hits=[Hit(score=0.871204, image=_MATCHED, matched_images=[_MATCHED], product=_PRODUCT)],
    offset=0,
    limit=10,
    has_more=True,
    facets={"category": [FacetCount(value="shirt", count=12), FacetCount(value="blouse", count=3)]},
    query_id="AQgAAQCANGIxMzBmODE.c2lnbmF0dXJl",
    generation="products-4b130f81",
    model_version="4b130f81",
    timings_ms={"look_up": 0.41, "search": 2.4},
)
KEPT_ANSWER = SIMILAR_ANSWER.model_copy(update={"timings_ms": None})
BATCH_ANSWER = BatchAnswer(
    answers=[
        KEPT_ANSWER,
        ProblemDetails(
            type="/problems/product-unknown",
            title="No such product",
            status=404,
            detail="there is no product “0a1b2c”",
            instance="urn:uuid:6f0c2c0e-6d0b-4a5e-9d55-0d0f4b6a9f11",
        ),
    ],
    timings_ms={"look_up": 0.83, "search": 4.9},
)
PRODUCT_REPORT = ProductReport(
    product=_PRODUCT,
    images=[ImageReport(url=_URL, key=_URL, status="indexed")],
    image_counts=ImageCounts(indexed=1, pending=0, failed=0),
    event_time=moment(1_795_400_220_123),
    indexed_time=moment(1_795_400_221_870),
    generation="products-4b130f81",
    model_version="4b130f81",
)
STATS_ANSWER = StatsAnswer(
    generation="products-4b130f81",
    model_version="4b130f81",
    generation_created=moment(1_795_300_000_000),
    products=25_310,
    products_deleted=412,
    products_with_pending_images=3,
    images=61_870,
    kept_up_to_date=True,
    status_time=moment(1_795_400_221_000),
    silent_seconds=4.2,
    lag_messages=0,
    lag_seconds=0.0,
    unfinished_messages=0,
    positions=[PartitionPosition(topic="products", partition=0, offset=81_422)],
    audit_time=moment(1_795_360_000_000),
)
