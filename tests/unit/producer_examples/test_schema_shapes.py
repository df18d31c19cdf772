"""The schemas that shops have, and what comes out of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from producer_examples.python.importing.csv_files import is_shopify, read_csv, read_shopify_csv
from producer_examples.python.importing.json_files import read_json_lines
from producer_examples.python.importing.mapping import Reading, read_document
from producer_examples.python.importing.mapping_rules import MappingRules
from producer_examples.python.importing.pictures import PictureRules
from producer_examples.python.importing.plain_values import plain
from producer_examples.python.importing.source import BadDocument
from product_events import Product

SHAPES = Path(__file__).parent / "schema_shapes"


def told(reading: Reading) -> dict[str, Any]:
    """Of a product that is gone only the id matters; its time says when."""
    return {
        "deleted": reading.removed_by is not None,
        "time": None if reading.changed is None else reading.changed.isoformat(),
        "data": dict(reading.data),
        **({} if reading.version is None else {"version": reading.version}),
    }


@pytest.mark.parametrize("shape", sorted(path.stem for path in SHAPES.glob("*.json")))
def test_a_schema_is_read_without_being_told(shape: str) -> None:
    """Fields, pictures, deletions and times of the shape are found, and nothing that is not the product's."""
    case = json.loads((SHAPES / f"{shape}.json").read_text("utf-8"))
    rules = MappingRules(paths=case["options"])
    readings = [read_document(plain(document), rules) for document in case["documents"]]
    assert [told(reading) for reading in readings] == case["events"]
    assert sorted({unread.field for reading in readings for unread in reading.unread}) == case["unread"]
    for reading in readings:
        Product.model_validate(reading.data)


def read_rows(name: str) -> list[dict[str, Any]]:
    read = read_shopify_csv if is_shopify(SHAPES / name) else read_csv
    rows = list(read(SHAPES / name))
    assert not [row for row in rows if isinstance(row, BadDocument)]
    return [row[1] for row in rows if not isinstance(row, BadDocument)]


def test_shopify_rows_of_a_handle_are_one_product() -> None:
    """Pictures in their positions, the lowest price, stock of any variant; archived ones are gone."""
    dress, boot = (read_document(row, MappingRules()) for row in read_rows("shopify.csv"))
    assert told(dress) == {
        "deleted": False,
        "time": None,
        "data": {
            "id": "silk-dress",
            "name": "Silk dress",
            "category": "Dresses",
            "brand": "Aurelle",
            "price": 139.0,
            "in_stock": True,
            "images": [
                {"url": "https://cdn.shopify.com/s/files/1/front.jpg?v=1"},
                {"url": "https://cdn.shopify.com/s/files/1/back.jpg?v=2"},
                {"url": "https://cdn.shopify.com/s/files/1/m.jpg"},
            ],
        },
    }
    assert (boot.product_id, boot.removed_by is not None) == ("old-boot", True)


def test_a_spreadsheet_with_headings_of_its_own() -> None:
    """Semicolons, decimal commas, lists in a cell, dots in headings; the rest is named by hand."""
    assert not is_shopify(SHAPES / "woocommerce.csv")
    rules = MappingRules(paths={"attributes.colour": "Farbe"}, currency="EUR")
    tee, hidden = (read_document(row, rules) for row in read_rows("woocommerce.csv"))
    assert dict(tee.data) == {
        "id": "41",
        "name": "Tee",
        "category": "Men > Shirts",
        "brand": "Fennmark",
        "price": 19.9,
        "currency": "EUR",
        "in_stock": True,
        "images": [
            {"url": "https://shop.example/wp-content/a.jpg"},
            {"url": "https://res.cloudinary.com/demo/image/upload/w_300,h_300/b.jpg"},
        ],
        "attributes": {"colour": "rot"},
    }
    assert hidden.removed_by is not None
    assert [unread.reason for unread in hidden.unread] == [
        "Images: the address 'uploads/c.jpg' is relative (--image-base-url says to what)"
    ]


def test_lines_that_mongoexport_wrote() -> None:
    """Extended JSON is read; a line that is none is named; public ids alone get their cloud's address."""
    items = list(read_json_lines(SHAPES / "mongoexport.jsonl"))
    rules = MappingRules(pictures=PictureRules(cloud_name="demo"))
    parka, cap = (read_document(item[1], rules) for item in items if not isinstance(item, BadDocument))
    assert dict(parka.data) == {
        "id": "665f1c0a9b1e8a0012c4d021",
        "name": "Parka",
        "price": 210.0,
        "in_stock": True,
        "images": [
            {"url": "https://res.cloudinary.com/demo/image/upload/parka-front.jpg"},
            {"url": "https://res.cloudinary.com/demo/image/upload/parka-back.jpg"},
        ],
    }
    assert cap.data["images"] == [
        {"url": "https://res.cloudinary.com/demo/image/upload/caps/one", "public_id": "caps/one"}
    ]
    bad = [item for item in items if isinstance(item, BadDocument)]
    assert [(item.place, item.reason[:7]) for item in bad] == [("line 4", "no JSON"), ("line 5", "not a J")]
