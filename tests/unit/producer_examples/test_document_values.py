"""Single values as shops write them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bson import Binary, Decimal128, Int64, ObjectId, Regex

from producer_examples.python.importing.facts import counted_stock, label, price, stated_stock
from producer_examples.python.importing.field_names import by_path
from producer_examples.python.importing.mapping import read_document
from producer_examples.python.importing.mapping_rules import MappingRules
from producer_examples.python.importing.moments import moment
from producer_examples.python.importing.numbers_in_text import number
from producer_examples.python.importing.pictures import PictureRules, Pictures, find_pictures
from producer_examples.python.importing.plain_values import (
    Reference,
    Unreadable,
    from_cell,
    identifier,
    plain,
)
from producer_examples.python.importing.removal import removed_by


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (49, 49.0),
        (Decimal("49.90"), 49.9),
        ("49.90", 49.9),
        ("€ 49,90", 49.9),
        ("1,299.00 USD", 1299.0),
        ("1.299,00", 1299.0),
        ("1,299", 1299.0),
        ("1.299", 1.299),
        ("₹1,29,900", 129_900.0),
        ("CHF 1'299.-", 1299.0),
        ("1 299,50 kr", 1299.5),
        ("-3", -3.0),
        (True, None),
        ("free", None),
        ("10-20", None),
        ("", None),
        (float("nan"), None),
        (10**400, None),
        ([], None),
    ],
)
def test_numbers(written: Any, expected: float | None) -> None:
    """With signs of a currency, decimal commas and grouped thousands; never a guess between two numbers."""
    assert number(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"amount": "9.9"}, 9.9),
        ({"regular": 20, "sale": 15}, 15.0),
        ([30, "20", None], 20.0),
        ("-1", None),
        ({"note": "ask"}, None),
    ],
)
def test_prices(written: Any, expected: float | None) -> None:
    """What it costs now, of several the lowest, never less than nothing."""
    assert price(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (0, False),
        ("3", True),
        ({"S": 0, "M": 1}, True),
        ([{"size": "S", "quantity": 0}], False),
        ({"quantity": 0, "reserved": 4}, False),
        ("out of stock", False),
        ("some", None),
        ([], None),
    ],
)
def test_quantities(written: Any, expected: bool | None) -> None:
    """Any of several above zero will do."""
    assert counted_stock(written) is expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [(True, True), ("no", False), ("https://schema.org/InStock", True), ("onbackorder", False), (4, True)],
)
def test_words_of_stock(written: Any, expected: bool | None) -> None:
    """Flags, words and schema.org's addresses."""
    assert stated_stock(written) is expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("  Shirts ", "Shirts"),
        ({"_id": "x", "title": "Shirts"}, "Shirts"),
        ([{"name": "Shirts"}, {"name": "Men"}], "Shirts"),
        (Reference("Shirts"), None),
        ("665f1c0a9b1e8a0012c4d001", None),
        ({"name": ObjectId()}, None),
        ({"logo": "https://x/logo.png"}, None),
        (True, None),
    ],
)
def test_names(written: Any, expected: str | None) -> None:
    """The text or the name within; an id is nobody's name."""
    assert label(plain(written)) == expected


@pytest.mark.parametrize(
    ("document", "gone"),
    [
        ({"isDeleted": True}, True),
        ({"is_deleted": "true"}, True),
        ({"deletedAt": datetime(2026, 1, 1, tzinfo=UTC)}, True),
        ({"deletedAt": None}, False),
        ({"deleted": 0}, False),
        ({"isActive": False}, True),
        ({"isActive": "FALSE"}, True),
        ({"active": True}, False),
        ({"isBlocked": True}, True),
        ({"isBlocked": False, "isDeleted": False}, False),
        ({"status": "Draft"}, True),
        ({"status": "active"}, False),
        ({"published": 0}, True),
        ({}, False),
    ],
)
def test_who_is_gone(document: dict[str, Any], gone: bool) -> None:
    """Flags in any spelling, dates and states."""
    assert (removed_by(document) is not None) is gone


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-20T08:30:00Z", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        (1_795_000_000, datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)),
        ("1795000000000", datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)),
        ("last week", None),
        (True, None),
        (10**30, None),
    ],
)
def test_moments(written: Any, expected: datetime | None) -> None:
    """ISO 8601, seconds and milliseconds; without an offset it is UTC."""
    assert moment(written) == expected


def test_values_of_a_database_become_plain() -> None:
    """Ids, decimals, long integers and times; what no event can carry says what it is."""
    oid, uuid = ObjectId(), UUID(int=7)
    read = plain(
        {
            "id": oid,
            "uuid": uuid,
            "price": Decimal128("4.50"),
            "nan": Decimal128("NaN"),
            "count": Int64(3),
            "at": datetime(2026, 1, 1),  # noqa: DTZ001 - as a driver without tz_aware gives it
            "bytes": Binary(b"x", 128),
            "regex": Regex("a"),
        }
    )
    assert read["id"] == str(oid)
    assert isinstance(read["id"], Reference)
    assert (read["uuid"], read["price"], read["count"]) == (str(uuid), Decimal("4.50"), 3)
    assert read["at"].utcoffset() is not None
    assert price(read["nan"]) is None
    assert isinstance(read["bytes"], Unreadable)
    assert isinstance(read["regex"], Unreadable)


@pytest.mark.parametrize(
    ("written", "expected"),
    [(7, "7"), (7.0, "7"), (7.5, None), (True, None), (" a ", "a"), ("", None), ([1], None)],
)
def test_ids(written: Any, expected: str | None) -> None:
    """Texts and integers; no fraction, which could merge two ids."""
    assert identifier(written) == expected


def test_cells_of_a_spreadsheet() -> None:
    """Lists in JSON, ids as mongoexport writes them, and blanks in several words."""
    assert from_cell('["a", "b"]') == ["a", "b"]
    assert from_cell("[not json") == "[not json"
    assert from_cell("ObjectId(665f1c0a9b1e8a0012c4d001)") == "665f1c0a9b1e8a0012c4d001"
    assert [from_cell(text) for text in ("", "  ", "null", "NaN", None)] == [None] * 5


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b", 1),
        ("list.x", [1, 2, 3]),
        ("list[].x", [1, 2, 3]),
        ("list[0].x", 1),
        ("list.1.x", [2, 3]),
        ("plain", ["one"]),
        ("dotted.name", 5),
        ("a.c", None),
        ("list.9.x", None),
        ("list.y", None),
    ],
)
def test_paths(path: str, expected: Any) -> None:
    """Through objects, through lists, to one item, and to a heading with dots."""
    document = {"a": {"b": 1}, "list": [{"x": 1}, {"x": [2, 3]}], "plain": ["one"], "dotted.name": 5}
    found = by_path(document, path)
    assert (None if found is None else found.value) == expected


def pictures(rules: PictureRules | None = None, **document: Any) -> Pictures:
    return find_pictures(plain(document), rules or PictureRules())


@pytest.mark.parametrize(
    ("document", "urls"),
    [
        ({"image": "https://x/a.jpg"}, ["https://x/a.jpg"]),
        ({"images": ["https://x/a.jpg", "https://x/a.jpg"]}, ["https://x/a.jpg"]),
        ({"images": "https://x/a.jpg,https://x/b.jpg"}, ["https://x/a.jpg", "https://x/b.jpg"]),
        ({"images": [{"src": "https://x/a.jpg"}]}, ["https://x/a.jpg"]),
        ({"img": {"url": {"secure_url": "https://x/a.jpg"}}}, ["https://x/a.jpg"]),
        ({"image2": "https://x/2.jpg", "image_1": "https://x/1.jpg"}, ["https://x/1.jpg", "https://x/2.jpg"]),
        ({"thumbnail": "https://x/t.jpg", "photos": ["https://x/a.jpg"]}, ["https://x/a.jpg"]),
        ({"media": [{"type": "video", "url": "https://x/v.mp4"}]}, []),
        ({"brand": {"images": ["https://x/logo.png"]}, "logo": "https://x/logo.png"}, []),
        ({"images": [None, "", {}]}, []),
        ({"colors": [{"name": "red", "image": "https://x/r.jpg"}]}, ["https://x/r.jpg"]),
    ],
)
def test_pictures(document: dict[str, Any], urls: list[str]) -> None:
    """In every place and form, each once; never a logo or a film."""
    assert [image["url"] for image in pictures(**document).images] == urls


def test_relative_pictures_have_a_base() -> None:
    """Windows' separators included; several paths in a text are several pictures."""
    rules = PictureRules(base_url="https://cdn.example/s")
    found = pictures(rules, images=["uploads\\a.jpg", "/b.jpg", "c.jpg, d.png"])
    assert [image["url"] for image in found.images] == [
        "https://cdn.example/s/uploads/a.jpg",
        "https://cdn.example/b.jpg",
        "https://cdn.example/s/c.jpg",
        "https://cdn.example/s/d.png",
    ]


def test_more_pictures_than_a_product_may_have_are_told() -> None:
    """The first ones are sent."""
    document = {"_id": 1, "images": [f"https://x/{n}.jpg" for n in range(4)]}
    reading = read_document(document, MappingRules(max_images=3))
    assert len(reading.data["images"]) == 3
    assert [unread.reason for unread in reading.unread] == ["more than 3: the last are left out"]


def test_fields_are_taken_from_where_they_are_said_to_be() -> None:
    """A path fills its field alone: nothing else is looked for; what is not there is left out."""
    document = {
        "_id": 1,
        "sku": "S-1",
        "name": "wrong",
        "text": {"en": "Coat"},
        "colour": ["red", ObjectId(), {"name": "blue"}],
        "gone": "",
        "isDeleted": True,
        "seen": "2026-11-01",
        "cost_price": 3,
        "images": ["https://x/1.jpg"],
        "specs": {"fabric": "wool", "sizes": ["S", "M"], "none": None, "nested": {"deep": {"x": 1}}},
        "shots": [{"full": "https://x/2.jpg"}],
    }
    paths = {
        "id": "sku",
        "name": "text.en",
        "category": "nowhere",
        "time": "seen",
        "deleted": "gone",
        "images": "shots",
        "attributes": "specs",
        "attributes.colour": "colour",
    }
    reading = read_document(plain(document), MappingRules(paths=paths))
    assert dict(reading.data) == {
        "id": "S-1",
        "name": "Coat",
        "images": [{"url": "https://x/2.jpg"}],
        "attributes": {"fabric": "wool", "sizes": ["S", "M"], "colour": ["red", "blue"]},
    }
    assert reading.removed_by is None
    assert reading.changed == datetime(2026, 11, 1, tzinfo=UTC)
