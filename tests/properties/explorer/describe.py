"""Steps in words, for the traces of counter-examples."""

from collections.abc import Iterable, Mapping
from typing import cast

from vector_store import ProductRecord
from vector_store.points import KIND_RECORD, DeletePoints, Operation, Point


def describe_batch(stretches: Iterable[tuple[int, int]]) -> str:
    """Which messages: partition and offset, or from one offset to another."""
    return " and ".join(
        f"{number}:{start}-{end - 1}" if end - start > 1 else f"{number}:{start}"
        for number, (start, end) in enumerate(stretches)
        if end
    )


def describe_operation(operation: Operation) -> str:
    """What an operation does, guards left out."""
    if isinstance(operation, DeletePoints):
        return "removal of what is lower"
    return ", ".join(_describe_point(point) for point in operation.points)


def describe_record(record: ProductRecord) -> str:
    """A record's stamp and images."""
    images = ",".join(f"{_letter(image.key)} {image.status}" for image in record.images)
    return f"record {_stamp(record.to_point().payload)} {'{' + images + '}' if record.live else 'deleted'}"


def _describe_point(point: Point) -> str:
    if point.payload["kind"] == KIND_RECORD:
        return describe_record(ProductRecord.from_payload(point.payload))
    return f"point {_letter(cast(str, point.payload['image_key']))} {_stamp(point.payload)}"


def _stamp(payload: Mapping[str, object]) -> str:
    attempt = f" attempt {payload['attempt']}" if payload.get("attempt") else ""
    return f"@{payload['revision']}/{cast(int, payload['tie']) % 1000}{attempt}"


def _letter(image_key: str) -> str:
    return image_key.rpartition("/")[2].partition(".")[0]
