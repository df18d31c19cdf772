"""Pages, thresholds, products to leave out."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.unit.search_api.answers import bad_fields, body, found_ids
from tests.unit.search_api.shop import INDEXED, RED, picture

EVERYTHING = len(INDEXED)


def ask(client: FlaskClient, **asked: Any) -> Any:
    return body(client.post("/find_similar", json=asked))


def ids(answer: Any) -> list[str]:
    return [hit["product"]["id"] for hit in answer["hits"]]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7])
def test_pages_are_the_whole_answer_cut_up(client: FlaskClient, limit: int) -> None:
    """Page after page until there is no more gives every product once, in the order of one long answer."""
    whole = ask(client, product_id="red-shirt", limit=200)
    assert (whole["offset"], whole["limit"], whole["has_more"]) == (0, 200, False)
    hits = []
    for offset in range(0, EVERYTHING, limit):
        page = ask(client, product_id="red-shirt", offset=offset, limit=limit)
        hits += page["hits"]
        assert (page["offset"], page["limit"]) == (offset, limit)
        assert page["has_more"] == (offset + limit < EVERYTHING - 1)
    assert hits == whole["hits"]


def test_a_page_beyond_the_end_is_empty(client: FlaskClient) -> None:
    """It is no error, and has no more."""
    page = ask(client, product_id="red-shirt", offset=150, limit=50)
    assert (page["hits"], page["has_more"]) == ([], False)


def test_offset_and_limit_go_down_to_two_hundred(client: FlaskClient) -> None:
    """Deeper is a 400, however it is asked for."""
    for asked in ({"offset": 150, "limit": 51}, {"offset": 191}):
        answer = client.post("/find_similar", json={"product_id": "red-shirt", **asked})
        assert bad_fields(answer) == ["offset"]
    assert bad_fields(client.get("/products/red-shirt/similar?offset=199&limit=2")) == ["offset"]
    assert bad_fields(client.get("/products/red-shirt/similar?offset=-1")) == ["offset"]


def test_a_score_threshold_cuts_the_answer(client: FlaskClient) -> None:
    """Only hits of that score or more are told, on whatever page, and none more is promised."""
    whole = ask(client, product_id="red-shirt", limit=200)["hits"]
    bar = (whole[4]["score"] + whole[5]["score"]) / 2
    cut = ask(client, product_id="red-shirt", limit=200, score_threshold=bar)
    assert cut["hits"] == whole[:5]
    page = ask(client, product_id="red-shirt", offset=3, limit=2, score_threshold=bar)
    assert (page["hits"], page["has_more"]) == (whole[3:5], False)
    assert ask(client, product_id="red-shirt", score_threshold=1)["hits"] == []


def test_a_relative_threshold_is_a_fraction_of_the_best_score(client: FlaskClient) -> None:
    """On the second page too, it is the first page's best hit that counts."""
    whole = ask(client, product_id="sock-3", limit=200)["hits"]
    assert whole[2]["score"] > 0
    fraction = (whole[1]["score"] + whole[2]["score"]) / 2 / whole[0]["score"]
    cut = ask(client, product_id="sock-3", limit=200, relative_threshold=fraction)
    assert cut["hits"] == whole[:2]
    page = ask(client, product_id="sock-3", offset=1, limit=9, relative_threshold=fraction)
    assert page["hits"] == whole[1:2]
    by_url = client.get(f"/products/sock-3/similar?limit=200&relative_threshold={fraction}")
    assert found_ids(by_url) == ids(cut)


def test_a_relative_threshold_needs_a_positive_score(client: FlaskClient) -> None:
    """Where even the best hit is unlike the query, a fraction of its score says nothing."""
    asked = {"unlike": ["sock-0"], "filters": {"category": "socks"}}
    everything = ask(client, **asked)
    assert everything["hits"][0]["score"] < 0
    assert ask(client, **asked, relative_threshold=0.9)["hits"] == everything["hits"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"score_threshold": 1.5}, "score_threshold"),
        ({"score_threshold": "0.5"}, "score_threshold"),
        ({"relative_threshold": -0.1}, "relative_threshold"),
        ({"exclude": "red-shirt"}, "exclude"),
        ({"exclude": ["x"] * 201}, "exclude"),
        ({"exclude": [""]}, "exclude.0"),
        ({"like": ["x"] * 21}, "like"),
        ({"unlike": [None]}, "unlike.0"),
        ({"facets": "category"}, "facets"),
        ({"facets": [7]}, "facets.0"),
        ({"query_id": ""}, "query_id"),
        ({"offset": 1.5}, "offset"),
    ],
)
def test_what_shapes_an_answer_is_checked(client: FlaskClient, asked: dict[str, Any], field: str) -> None:
    """Wrong types and bounds are a 400 that names the field."""
    assert bad_fields(client.post("/find_similar", json={"product_id": "red-shirt", **asked})) == [field]


def test_excluded_products_are_left_out_and_cost_no_place(client: FlaskClient) -> None:
    """The next products come in their stead; ids that nobody knows do not matter."""
    whole = found_ids(client.get("/products/red-shirt/similar?limit=200"))
    out = whole[:2]
    expected = [each for each in whole if each not in out]
    asked = {"product_id": "red-shirt", "exclude": [*out, "never-heard-of"]}
    assert ids(ask(client, **asked, limit=3)) == expected[:3]
    assert ids(ask(client, **asked, limit=200)) == expected
    by_url = client.get(f"/products/red-shirt/similar?limit=3&exclude={out[0]}&exclude={out[1]}")
    assert found_ids(by_url) == expected[:3]


def test_two_hundred_products_can_be_excluded(client: FlaskClient) -> None:
    """As form fields too."""
    fields = [f"other-{n}" for n in range(199)]
    form: dict[str, Any] = {"product_id": "red-shirt", "exclude": [*fields, "dark-dress"], "limit": "200"}
    answer = client.post("/find_similar", data=form, content_type="multipart/form-data")
    assert set(found_ids(answer)) == INDEXED - {"red-shirt", "dark-dress"}


def test_a_photo_has_pages_too(client: FlaskClient) -> None:
    """By the URL's parameters."""
    photo = picture(RED)
    pages = [
        found_ids(client.post(f"/find_similar?limit=4&offset={n}", data=photo, content_type="image/png"))
        for n in range(0, 16, 4)
    ]
    together = [each for page in pages for each in page]
    assert sorted(together) == sorted(INDEXED)
