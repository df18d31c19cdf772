"""What a shop is told about a product."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from consumer.product_report import Found, has_trouble, report_of
from tests.contract.samples import a_record
from vector_store import ImageState, ImageStatus, ProductRecord, Stamp

NOW_MS = 1_700_000_000_000
WEEK_SECONDS = 7 * 86_400.0


def told(record: ProductRecord) -> tuple[str, Found, str, bool]:
    report = report_of(record, now_ms=NOW_MS, give_up_seconds=WEEK_SECONDS)
    return report.state, report.found, report.next.partition(":")[0], has_trouble(record)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (a_record("p", Stamp(2, 0), indexed=["a", "b"]), ("live", Found.YES, "nothing", False)),
        (
            a_record("p", Stamp(2, 0), indexed=["a"], pending=["b"]),
            (
                "live",
                Found.PARTLY,
                "its pending images are tried again by themselves, while a consumer runs",
                True,
            ),
        ),
        (
            a_record("p", Stamp(2, 0), failed=["a"]),
            ("live", Found.NO, "its failed images wait for somebody, see there", True),
        ),
        (a_record("p", Stamp(2, 0)), ("live", Found.NO, "publish it with an image", True)),
        (a_record("p", Stamp(3, 0)), ("deleted", Found.NO, "nothing", False)),
    ],
    ids=["found", "partly", "failed", "no image", "deleted"],
)
def test_a_product_is_found_or_not(record: ProductRecord, expected: tuple[str, Found, str, bool]) -> None:
    """By all, some or none of its images; and what has to happen."""
    assert told(record) == expected


def image_next(image: ImageState) -> tuple[datetime | None, str]:
    record = replace(a_record("p", Stamp(2, 0)), images=(image,))
    [report] = report_of(record, now_ms=NOW_MS, give_up_seconds=WEEK_SECONDS).images
    return report.next_try, report.next


PENDING = ImageState(
    "a",
    "https://x/a.jpg",
    ImageStatus.PENDING,
    reason="HttpUnavailable: 503",
    http_status=503,
    tries=2,
    first_failed_at_ms=NOW_MS - 360_000,
    retry_at_ms=NOW_MS + 300_000,
)


def test_a_pending_image_says_when() -> None:
    """The next try, and until when there are some."""
    next_try, words = image_next(PENDING)
    assert next_try == datetime.fromtimestamp(NOW_MS / 1000 + 300, UTC)
    assert words == "tried again in 5 min; given up after 2023-11-21 22:07 UTC at the latest"
    assert image_next(replace(PENDING, retry_at_ms=NOW_MS))[1].startswith("tried again now; given up")
    assert image_next(replace(PENDING, first_failed_at_ms=None))[1] == "tried again in 5 min"


@pytest.mark.parametrize(("seconds", "words"), [(12, "12 s"), (90, "2 min"), (7_200, "2 h"), (90_000, "1 d")])
def test_a_wait_is_said_in_one_unit(seconds: int, words: str) -> None:
    """Rounded, for people."""
    assert f"in {words};" in image_next(replace(PENDING, retry_at_ms=NOW_MS + seconds * 1000))[1]


def test_a_failed_image_waits_for_somebody() -> None:
    """No time is named, and both ways out are."""
    next_try, words = image_next(replace(PENDING, status=ImageStatus.FAILED, retry_at_ms=None))
    assert next_try is None
    assert "publish the product again" in words
    assert "redrive the dead letter" in words


def test_it_is_one_line_of_json() -> None:
    """Everything that is known, times in ISO 8601 with their offset."""
    record = replace(a_record("p", Stamp(2, 0), indexed=["b"]), event_time_ms=NOW_MS, indexed_time_ms=NOW_MS)
    record = replace(record, images=(PENDING, *record.images))
    told = report_of(record, now_ms=NOW_MS, give_up_seconds=WEEK_SECONDS).to_json()
    assert {name: value for name, value in told.items() if name != "images"} == {
        "product_id": "p",
        "state": "live",
        "found": "partly",
        "next": "its pending images are tried again by themselves, while a consumer runs",
        "event_at": "2023-11-14T22:13:20+00:00",
        "indexed_at": "2023-11-14T22:13:20+00:00",
        "position": "products[0]@7",
        "order": 1,
        "product": {"id": "p", "name": "Product p"},
    }
    images = told["images"]
    assert isinstance(images, list)
    pending, indexed = images
    assert pending == {
        "key": "a",
        "url": "https://x/a.jpg",
        "status": "pending",
        "reason": "HttpUnavailable: 503",
        "http_status": 503,
        "tries": 2,
        "next_try": "2023-11-14T22:18:20+00:00",
        "next": "tried again in 5 min; given up after 2023-11-21 22:07 UTC at the latest",
    }
    assert (indexed["status"], indexed["next_try"], indexed["next"]) == (
        "indexed",
        None,
        "nothing: it is found",
    )
