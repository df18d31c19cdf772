"""Searches as backends of an earlier service send them."""

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.unit.search_api.answers import bad_fields, body, found_ids
from tests.unit.search_api.shop import RED, FakeHost, picture


@pytest.mark.parametrize("name", ["productId", "_id"])
def test_a_product_is_looked_for_under_earlier_names(client: FlaskClient, name: str) -> None:
    """The answer is that of our own names, as JSON and as a form."""
    ours = found_ids(client.post("/find_similar", json={"product_id": "red-shirt", "limit": 3}))
    assert len(ours) == 3
    given: dict[str, Any] = {name: "red-shirt", "top_k": 3}
    assert found_ids(client.post("/find_similar", json=given)) == ours
    form = {each: str(value) for each, value in given.items()}
    sent = client.post("/find_similar", data=form, content_type="multipart/form-data")
    assert found_ids(sent) == ours


def test_an_image_is_looked_for_under_earlier_names(client: FlaskClient, host: FakeHost) -> None:
    """By its URL, and as the part image of a form."""
    host.answers["https://img.example/mine.jpg"] = picture(RED)
    by_url = client.post("/find_similar", json={"imageUrl": "https://img.example/mine.jpg", "top_k": 2})
    assert len(body(by_url)["hits"]) == 2
    form = {"image": (BytesIO(picture(RED)), "a.png"), "top_k": "2"}
    by_part = client.post("/find_similar", data=form)
    assert found_ids(by_part) == found_ids(by_url)


def test_what_is_given_under_two_names_is_refused(client: FlaskClient) -> None:
    """Nothing is guessed."""
    twice = {"product_id": "red-shirt", "productId": "dark-dress"}
    assert bad_fields(client.post("/find_similar", json=twice)) == ["productId"]
    sent = client.post("/find_similar", data=twice, content_type="multipart/form-data")
    assert bad_fields(sent) == ["product_id"]
