"""What the index knows of one product."""

from collections import Counter

from search_api.index.current_index import CurrentIndex
from search_api.index.product_data import product_data
from search_api.queries.query_vector import live_record
from search_api.schemas import ImageCounts, ImageReport, ProductReport, moment
from vector_store import ImageState, ImageStatus, ProductIndex


def product_report(current: CurrentIndex, product_id: str, *, with_reasons: bool) -> ProductReport:
    """The product's state; why images failed only where asked for. Blocks.

    Raises ProductUnknown, NoGeneration, StoreError.
    """

    def report(index: ProductIndex) -> ProductReport:
        record = live_record(index, product_id)
        counts = Counter(image.status for image in record.images)
        return ProductReport(
            product=product_data(record),
            images=[_image_report(image, with_reasons=with_reasons) for image in record.images],
            image_counts=ImageCounts(
                indexed=counts[ImageStatus.INDEXED],
                pending=counts[ImageStatus.PENDING],
                failed=counts[ImageStatus.FAILED],
            ),
            event_time=moment(record.event_time_ms),
            indexed_time=moment(record.indexed_time_ms),
            generation=index.generation.name,
            model_version=index.generation.model_version,
        )

    return current.do(report)


def _image_report(image: ImageState, *, with_reasons: bool) -> ImageReport:
    known = ImageReport(url=image.url, key=image.key, status=image.status.value)
    if not with_reasons:
        return known
    return known.model_copy(
        update={
            "reason": image.reason,
            "http_status": image.http_status,
            "tries": image.tries,
            "retry_at": None if image.retry_at_ms is None else moment(image.retry_at_ms),
        }
    )
