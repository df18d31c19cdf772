from typing import Any

import pytest
from pydantic import ValidationError

from product_events import InvalidProduct, Product, ProductImage, TooManyImages
from tests.unit.product_events.messages import decoded


def product(**fields: Any) -> Product:
    change = decoded({"id": "a1", **fields})
    assert change.product is not None
    return change.product


def test_a_whole_product_is_read() -> None:
    """Every named field arrives as the shop said it."""
    fields = {
        "name": "Linen shirt",
        "category": "shirt",
        "brand": "Fennmark",
        "price": 49.9,
        "currency": "EUR",
        "in_stock": True,
        "url": "https://shop.example/p/a1?x=1#y",
        "attributes": {"colour": "white", "sizes": ["S", "M"], "weight": 0.2, "stock": 3, "new": True},
        "version": 7,
    }
    assert product(**fields).model_dump(exclude={"images"}) == {"id": "a1", **fields}


def test_unknown_fields_are_never_kept() -> None:
    """What a shop does not mean to show, a cost price say, is nowhere in the product."""
    seen = product(cost_price=12.5, images=[{"url": "https://x/a.jpg", "secret": "s3"}])
    assert "12.5" not in seen.model_dump_json()
    assert "s3" not in seen.model_dump_json()


def test_only_the_id_is_required() -> None:
    """Absent fields and fields of null are the same."""
    assert product() == product(name=None, price=None, images=None, attributes=None, url=None, version=None)


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("name", 501, "501"),
        ("brand", 7.5, "7.5"),
        ("price", "49.90", 49.9),
        ("price", 50, 50.0),
        ("in_stock", "true", True),
        ("in_stock", 0, False),
        ("version", "7", 7),
        ("version", 7.0, 7),
    ],
)
def test_what_a_shop_obviously_means_is_accepted(field: str, given: object, kept: object) -> None:
    """Numbers as text, text as numbers and flags as numbers are read as what they say."""
    value = getattr(product(**{field: given}), field)
    assert (value, type(value)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", ["a"]),
        ("name", {"en": "a"}),
        ("name", True),
        ("name", "x" * 10_001),
        ("category", []),
        ("brand", {"name": "x", "logo": "https://x/logo.png"}),
        ("price", "49,90"),
        ("price", "NaN"),
        ("price", "inf"),
        ("price", True),
        ("price", {"$numberDecimal": "49.9"}),
        ("currency", False),
        ("in_stock", "maybe"),
        ("in_stock", 12),
        ("images", "https://x/a.jpg"),
        ("images", {"url": "https://x/a.jpg"}),
        ("images", [None]),
        ("images", [7]),
        ("images", [["https://x/a.jpg"]]),
        ("images", [{}]),
        ("images", [{"url": None}]),
        ("images", [{"url": 7}]),
        ("images", [{"url": "https://x/a.jpg", "version": 1.5}]),
        ("images", [{"url": "https://x/a.jpg", "version": "1\n2"}]),
        ("images", [{"url": "https://x/a.jpg", "public_id": ["a"]}]),
        ("attributes", ["a"]),
        ("attributes", "colour"),
        ("version", True),
        ("version", 1.5),
        ("version", "seven"),
        ("version", "1_0"),
        ("version", 2**63),
        ("version", [1]),
    ],
)
def test_wrong_types_in_named_fields_are_refused(field: str, given: object) -> None:
    """A named field of a wrong type or value is InvalidProduct, and the reason names the field."""
    with pytest.raises(InvalidProduct, match=rf"data\.{field}"):
        product(**{field: given})


def test_the_reason_is_one_line_and_keeps_the_values_out() -> None:
    """Many faults make one short line, without what the shop sent."""
    with pytest.raises(InvalidProduct) as caught:
        product(name=["s3cret\n"], price="s3cret", in_stock="s3cret", url="s3cret", version="s3cret")
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "2 more" in str(caught.value)
    with pytest.raises(ValidationError) as direct:
        Product.model_validate({"id": "a1", "price": "s3cret"})
    assert "s3cret" not in str(direct.value)


@pytest.mark.parametrize("url", ["http://shop.example/p/1", "HTTPS://shop.example", "https://[::1]/p"])
def test_a_link_is_http_or_https(url: str) -> None:
    """A product's link is kept as it is."""
    assert product(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "javascript://shop.example/%0aalert(1)",
        "data:text/html,x",
        "ftp://shop.example/p",
        "//shop.example/p",
        "/p/1",
        "shop.example",
        "https://",
        "https:///p",
        "https://[::1",
        " https://shop.example",
        "https://shop.example/\n",
        "https://shop.example\\@evil.example",
        "",
        7,
    ],
)
def test_other_links_are_refused(url: object) -> None:
    """A link that a browser could run, or that leads nowhere, is InvalidProduct."""
    with pytest.raises(InvalidProduct, match=r"data\.url"):
        product(url=url)


@pytest.mark.parametrize(
    "url",
    ["", "not a url", "file:///etc/passwd", "https://x/ a.jpg\n", "HTTPS://X/%2f//ä.jpg?b=&a#", "data:,"],
)
def test_a_bad_image_url_does_not_fail_the_event(url: str) -> None:
    """An image's URL is kept byte for byte, even where no picture can come from it."""
    assert [image.url for image in product(images=[url]).images] == [url]
    assert [image.url for image in product(images=[{"url": url}]).images] == [url]


def test_images_are_strings_or_objects() -> None:
    """Both forms say the same, and numbers serve as names and versions."""
    mixed = product(
        images=["https://x/a.jpg", {"url": "https://x/b.jpg", "public_id": 5, "version": 1699, "width": 9}]
    )
    assert mixed.images == (
        ProductImage(url="https://x/a.jpg"),
        ProductImage(url="https://x/b.jpg", public_id="5", version="1699"),
    )


def test_the_same_image_twice_is_one_in_its_first_place() -> None:
    """Images of the same key collapse, and the order of the others stays."""
    urls = ["https://x/b.jpg", "https://x/a.jpg", {"url": "https://x/b.jpg", "public_id": "late"}]
    assert [(i.url, i.public_id) for i in product(images=urls).images] == [
        ("https://x/b.jpg", None),
        ("https://x/a.jpg", None),
    ]


def test_images_of_two_versions_are_two() -> None:
    """A version tells two pictures behind one URL apart."""
    images = [{"url": "https://x/a.jpg", "version": v} for v in (1, 2)]
    assert len(product(images=images).images) == 2


def test_too_many_images_are_refused() -> None:
    """Fifty images are taken, one more is TooManyImages, and repetitions do not count."""
    urls = [f"https://x/{n}.jpg" for n in range(50)]
    assert len(product(images=urls + urls).images) == 50
    with pytest.raises(TooManyImages, match="51"):
        product(images=[*urls, "https://x/50.jpg"])


def test_a_product_survives_being_stored() -> None:
    """What is written to a record and read again is the same product."""
    whole = product(
        price=1,
        images=["https://x/a.jpg", {"url": "https://x/a.jpg", "version": 2}],
        attributes={"a": [1, "b"]},
    )
    assert Product.model_validate(whole.model_dump(mode="json")) == whole
    assert Product.model_validate_json(whole.model_dump_json()) == whole


def test_a_product_is_frozen() -> None:
    """A decoded product cannot be changed."""
    with pytest.raises(ValidationError, match="frozen"):
        product().name = "other"
