import json
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from producer_examples.sample_catalog import build_sample_catalog
from producer_examples.sample_catalog.catalogue_words import BRANDS, BY_CATEGORY
from producer_examples.sample_catalog.photo_colour import garment_colour
from product_events import Product

FOLDER = Path(__file__).parents[3] / "producer_examples" / "sample_catalog"
LINES = (FOLDER / "products.jsonl").read_text(encoding="utf-8").splitlines()
PRODUCTS: list[dict[str, Any]] = [json.loads(line) for line in LINES]


def test_the_catalogue_has_the_promised_size() -> None:
    """About 250 products show about 400 photos of at most 15 MB, some two or three of them."""
    photos = [image["url"] for product in PRODUCTS for image in product["images"]]
    assert 230 <= len(PRODUCTS) <= 270
    assert 380 <= len(photos) <= 420
    assert sum(path.stat().st_size for path in FOLDER.rglob("*.jpg")) <= 15_000_000
    assert {len(product["images"]) for product in PRODUCTS} == {1, 2, 3}


def test_every_photo_belongs_to_one_product() -> None:
    """No photo is missing, left over, or shown by two products."""
    named = Counter(image["url"] for product in PRODUCTS for image in product["images"])
    assert set(named.values()) == {1}
    assert set(named) == {f"images/{path.name}" for path in (FOLDER / "images").iterdir()}


def test_products_are_what_the_schema_says_and_spread_over_the_categories() -> None:
    """Every line is a product, under an id of its own, and each category has several."""
    products = [Product.model_validate(product) for product in PRODUCTS]
    assert len({product.id for product in products}) == len(products)
    by_category = Counter(product.category for product in products)
    assert set(by_category) == set(BY_CATEGORY)
    assert min(by_category.values()) >= 5
    assert {product.brand for product in products} == set(BRANDS)
    assert {product.in_stock for product in products} == {True, False}


def test_photos_are_small_jpegs_without_metadata() -> None:
    """Photos are at most 512 px long, and carry nothing of their photographer's camera."""
    for path in (FOLDER / "images").iterdir():
        with Image.open(path) as photo:
            assert photo.format == "JPEG"
            assert max(photo.size) <= 512
            assert not photo.getexif()


@pytest.mark.parametrize(
    ("rgb", "name"),
    [((25, 25, 28), "black"), ((245, 245, 245), "white"), ((190, 35, 45), "red"), ((40, 48, 82), "navy")],
)
def test_the_colour_is_that_of_the_garment(rgb: tuple[int, int, int], name: str) -> None:
    """A garment in the middle is told from the cloth it lies on."""
    photo = Image.new("RGB", (300, 400), (205, 185, 155))
    photo.paste(rgb, (75, 75, 225, 325))
    assert garment_colour(photo) == name


def test_a_colourful_garment_has_no_colour() -> None:
    """Where no colour prevails, none is named."""
    photo = Image.new("RGB", (300, 300), (240, 240, 240))
    for place, rgb in zip(count(60, 60), [(190, 35, 45), (40, 110, 60), (45, 80, 155)], strict=False):
        photo.paste(rgb, (60, place, 240, place + 60))
    assert garment_colour(photo) is None


def test_building_twice_gives_the_same(tmp_path: Path) -> None:
    """The same source makes the same catalogue, whatever was there before."""
    source = tmp_path / "source"
    (source / "images").mkdir(parents=True)
    rows = ["image,category,kids,photographer"]
    for number in range(60):
        category = sorted(BY_CATEGORY)[number % 3]
        rows.append(f"photo{number},{category},{'true' if number % 7 == 0 else 'false'},{number % 2}")
        photo = Image.new("RGB", (90, 120), (number * 4, 90, 200 - number * 3))
        photo.save(source / "images" / f"photo{number}.jpg")
    (source / "images.csv").write_text("\n".join(rows), encoding="utf-8")
    built = []
    for _ in range(2):
        build_sample_catalog.build(source, tmp_path / "target")
        built.append({path.name: path.read_bytes() for path in (tmp_path / "target").rglob("*.*")})
    assert built[0] == built[1]
    assert len(built[0]["products.jsonl"].splitlines()) > 10
