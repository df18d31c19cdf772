"""GET /products/<id> and GET /products/<id>/similar."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from search_api.http.raw_paths import ProductIdConverter, RawProductPaths
from tests.unit.search_api.answers import body, found_ids, problem
from tests.unit.search_api.conftest import MakeClient
from tests.unit.search_api.shop import MODEL_VERSION
from tests.unit.search_api.test_access import KEYS, SEARCH_KEY


def test_what_is_similar_has_an_address(client: FlaskClient) -> None:
    """The answer at a product's address is that of a search by the product."""
    got = body(client.get("/products/red-shirt/similar?limit=3"))
    posted = body(client.post("/find_similar", json={"product_id": "red-shirt", "limit": 3}))
    assert got["hits"] == posted["hits"]
    assert len(got["hits"]) == 3


def test_a_product_tells_what_is_indexed_and_since_when(client: FlaskClient) -> None:
    """The product's data, its images with their status, counts, and both times."""
    report = body(client.get("/products/red-shirt"))
    assert report["product"]["name"] == "Red shirt"
    assert "cost_price" not in report["product"]
    assert [image["status"] for image in report["images"]] == ["indexed", "indexed"]
    assert report["image_counts"] == {"indexed": 2, "pending": 0, "failed": 0}
    assert report["event_time"] == "2023-11-14T22:13:20Z"
    assert report["indexed_time"] == "2023-11-14T22:13:21Z"
    assert report["generation"] == f"products-{MODEL_VERSION}"


def test_failures_are_counted_for_everyone(client: FlaskClient) -> None:
    """How many images are pending and failed is told to anyone, why they are is not."""
    answer = client.get("/products/waiting")
    assert body(answer)["image_counts"] == {"indexed": 0, "pending": 1, "failed": 1}
    assert {image["status"]: image["reason"] for image in body(answer)["images"]} == {
        "pending": None,
        "failed": None,
    }
    assert "secret" not in answer.text


def test_why_an_image_failed_is_told_to_holders_of_a_key(make_client: MakeClient) -> None:
    """With a key, each image says what its host answered, and when it is tried again."""
    client = make_client(search_api_keys=KEYS)
    report = body(client.get("/products/waiting", headers={"X-API-Key": SEARCH_KEY}))
    pending, failed = report["images"]
    assert (pending["reason"], pending["tries"], pending["retry_at"]) == (
        "secret 503",
        1,
        "2023-11-14T22:14:20Z",
    )
    assert (failed["reason"], failed["http_status"]) == ("secret reason", 404)


@pytest.mark.parametrize("product_id", ["never-heard-of", "gone", "x" * 1000, "%00", "\ufffd"])
def test_an_unknown_or_deleted_product_has_no_address(client: FlaskClient, product_id: str) -> None:
    """A product that is not for sale is a 404."""
    answer = client.get(f"/products/{quote(product_id, safe='')}")
    assert answer.status_code == 404
    assert problem(answer)["type"] == "/problems/product-unknown"


@pytest.mark.parametrize("path", ["blue%2F%C3%A4%20b.c", "blue/%C3%A4%20b.c", "blue/ä b.c"])
def test_an_id_of_any_characters_has_an_address(client: FlaskClient, path: str) -> None:
    """Slashes, blanks, dots and letters of any kind work, encoded or as browsers send them."""
    assert body(client.get(f"/products/{path}"))["product"]["id"] == "blue/ä b.c"
    assert "blue/ä b.c" not in found_ids(client.get(f"/products/{path}/similar"))


def test_bytes_that_are_no_text_are_an_unknown_product(client: FlaskClient) -> None:
    """An address of bytes that no id can have is a 404, not a failure."""
    assert client.get("/products/%ff%fe").status_code == 404


def routed_id(path: str) -> str:
    seen = {}

    def application(environ: dict[str, str], start_response: object) -> list[bytes]:
        seen["path"] = environ["PATH_INFO"]
        return []

    environ = EnvironBuilder(path=path).get_environ()
    list(RawProductPaths(application)(environ, lambda *_: lambda _: None))
    return seen["path"]


@given(st.text(min_size=1).filter(lambda text: text.strip("/") == text and text not in {".", ".."}))
def test_every_id_comes_back_from_its_address(product_id: str) -> None:
    """Encoding an id into a path and routing it gives the id, whatever it holds."""
    converter = ProductIdConverter(map=None)  # type: ignore[arg-type]  # it needs none
    path = "/products/" + converter.to_url(product_id.encode("utf-8", "replace").decode())
    encoded = routed_id(path).removeprefix("/products/")
    assert "/" not in encoded
    assert converter.to_python(encoded) == product_id.encode("utf-8", "replace").decode()


def test_an_encoded_slash_is_part_of_the_id(client: FlaskClient) -> None:
    """A product whose id ends in /similar is not mistaken for the search by another."""
    answer = client.get("/products/red-shirt%2Fsimilar")
    assert answer.status_code == 404
    assert "red-shirt/similar" in problem(answer)["detail"]


def test_a_proxys_form_of_a_path_is_understood() -> None:
    """A request line with scheme and host is routed by its path."""
    seen = []

    def application(environ: dict[str, str], start_response: object) -> list[bytes]:
        seen.append(environ["PATH_INFO"])
        return []

    middleware = RawProductPaths(application)
    for uri in ("http://shop.example/products/a%2Fb?limit=1", "/products/a%2Fb", "//products/a%2Fb"):
        middleware({"REQUEST_URI": uri, "PATH_INFO": "/products/a/b"}, lambda *_: lambda _: None)
    assert seen == ["/products/a%2Fb"] * 3
