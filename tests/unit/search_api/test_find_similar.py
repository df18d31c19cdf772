"""POST /find_similar, in each of its forms."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient

from search_api.schemas import SimilarAnswer
from tests.unit.search_api.answers import body, found_ids, problem
from tests.unit.search_api.shop import BLUE, GREEN, INDEXED, MODEL_VERSION, RED, FakeHost, picture


def test_an_uploaded_file_finds_what_looks_like_it(client: FlaskClient) -> None:
    """A photo as multipart `file` is answered with products, best first."""
    answer = client.post("/find_similar", data={"file": (BytesIO(picture(GREEN)), "photo.png")})
    assert answer.status_code == 200
    found = SimilarAnswer.model_validate_json(answer.data)
    assert found.query.kind == "upload"
    assert found.hits[0].product.id == "green-shirt"
    assert found.hits[0].score == pytest.approx(1, abs=1e-5)
    assert [hit.score for hit in found.hits] == sorted((hit.score for hit in found.hits), reverse=True)


def test_a_raw_body_finds_the_same_as_a_form(client: FlaskClient) -> None:
    """The file alone, as the body of an image type, is the same query."""
    photo = picture(GREEN, "JPEG")
    raw = body(client.post("/find_similar?limit=2", data=photo, content_type="image/jpeg"))
    form = body(client.post("/find_similar", data={"file": (BytesIO(photo), "photo.jpg"), "limit": "2"}))
    assert len(raw["hits"]) == 2
    assert raw["hits"] == form["hits"]


def test_an_image_url_is_fetched(client: FlaskClient, host: FakeHost) -> None:
    """The fetcher brings the photo that a URL names."""
    host.answers["https://img.example/query.png"] = picture(BLUE)
    answer = client.post("/find_similar", json={"image_url": "https://img.example/query.png"})
    assert host.asked == ["https://img.example/query.png"]
    assert body(answer)["query"] == {"kind": "image_url", "product_id": None, "like": [], "unlike": []}
    assert found_ids(answer)[0] == "blue/ä b.c"


def test_a_product_is_never_similar_to_itself(client: FlaskClient) -> None:
    """A query by product is answered without that product, and nothing is embedded or fetched for it."""
    answer = client.post("/find_similar", json={"product_id": "red-shirt"})
    assert found_ids(answer)[0] == "dark-dress"
    assert "red-shirt" not in found_ids(answer)
    assert body(answer)["query"] == {
        "kind": "product_id",
        "product_id": "red-shirt",
        "like": [],
        "unlike": [],
    }
    assert not {"decode", "embed", "fetch"} & body(answer)["timings_ms"].keys()


def test_leaving_out_the_product_costs_no_place(client: FlaskClient) -> None:
    """With a limit of two, two others are found."""
    assert len(body(client.post("/find_similar", json={"product_id": "red-shirt", "limit": 2}))["hits"]) == 2


def test_a_product_appears_once_with_its_best_image(client: FlaskClient) -> None:
    """A product with two matching pictures is one hit, which names both, best first."""
    hits = body(client.post("/find_similar", data=picture(RED), content_type="image/png"))["hits"]
    (red,) = [hit for hit in hits if hit["product"]["id"] == "red-shirt"]
    assert [image["key"] for image in red["matched_images"]] == [
        "https://img.example/red.jpg",
        "https://img.example/red-back.jpg",
    ]
    assert red["image"] == red["matched_images"][0]
    assert red["image"]["url"] == "https://img.example/red.jpg"
    assert red["score"] == red["image"]["score"] == pytest.approx(1, abs=1e-5)


def test_an_answer_shows_named_fields_only(client: FlaskClient) -> None:
    """What the shop said of a product comes along, and what no field names does not."""
    hits = body(client.post("/find_similar", data=picture(RED), content_type="image/png"))["hits"]
    assert hits[0]["product"] == {
        "id": "red-shirt",
        "name": "Red shirt",
        "category": "shirt",
        "brand": "Nord",
        "price": 49.9,
        "currency": "EUR",
        "in_stock": True,
        "url": "https://shop.example/p/red-shirt",
        "attributes": {"colour": ["red", "white"], "weight": 0.3, "size": 40, "new": True},
        "images": [
            {"url": "https://img.example/red.jpg", "key": "https://img.example/red.jpg"},
            {"url": "https://img.example/red-back.jpg", "key": "https://img.example/red-back.jpg"},
        ],
    }


def test_an_answer_names_generation_model_and_timings(client: FlaskClient) -> None:
    """A caller can tell which index and model answered, and what took how long."""
    answer = client.post("/find_similar", data=picture(RED), content_type="image/png")
    assert body(answer)["generation"] == f"products-{MODEL_VERSION}"
    assert body(answer)["model_version"] == MODEL_VERSION
    assert body(answer)["timings_ms"].keys() == {"wait", "decode", "embed", "search"}
    assert "embed;dur=" in answer.headers["Server-Timing"]


def test_ten_products_are_the_default(client: FlaskClient) -> None:
    """Without a limit, ten products are found."""
    assert len(found_ids(client.post("/find_similar", data=picture(RED), content_type="image/png"))) == 10


def test_deleted_products_and_those_without_an_image_are_never_found(client: FlaskClient) -> None:
    """With the largest limit, every product with an indexed image is found once, and no other."""
    answer = client.post("/find_similar?limit=200", data=picture(RED), content_type="image/png")
    assert sorted(found_ids(answer)) == sorted(INDEXED)


@pytest.mark.parametrize("product_id", ["never-heard-of", "gone"])
def test_an_unknown_or_deleted_product_is_not_found(client: FlaskClient, product_id: str) -> None:
    """A query by a product that is not for sale is a 404 with words."""
    answer = client.post("/find_similar", json={"product_id": product_id})
    assert answer.status_code == 404
    assert problem(answer)["type"] == "/problems/product-unknown"
    assert product_id in problem(answer)["detail"]


def test_a_product_without_an_indexed_image_cannot_be_compared(client: FlaskClient) -> None:
    """It is a 409, which says that its images are still to come."""
    answer = client.post("/find_similar", json={"product_id": "waiting"})
    assert answer.status_code == 409
    assert "still being fetched" in problem(answer)["detail"]


def test_an_id_may_come_as_a_number(client: FlaskClient) -> None:
    """Shops with numbers for ids need not quote them, as in their events."""
    answer = client.post("/find_similar", json={"product_id": 17})
    assert answer.status_code == 404
    assert "17" in problem(answer)["detail"]
