"""Products to be like, and products to be unlike."""

from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from search_api.errors import InvalidRequest
from search_api.queries.query_vector import mean_vector, towards
from tests.unit.search_api.answers import bad_fields, body, problem
from tests.unit.search_api.shop import BLUE, GREEN, INDEXED, RED, WHITE, colour_vector, picture


def ask(client: FlaskClient, **asked: Any) -> Any:
    return body(client.post("/find_similar", json={"limit": 200, **asked}))


def ids(answer: Any) -> list[str]:
    return [hit["product"]["id"] for hit in answer["hits"]]


def test_one_example_is_a_query_by_that_product(client: FlaskClient) -> None:
    """The same hits, scores included."""
    by_example = ask(client, like=["red-shirt"])
    assert by_example["hits"] == ask(client, product_id="red-shirt")["hits"]
    assert by_example["query"] == {
        "kind": "examples",
        "product_id": None,
        "like": ["red-shirt"],
        "unlike": [],
    }
    assert not {"decode", "embed"} & by_example["timings_ms"].keys()


def test_several_examples_are_averaged(client: FlaskClient) -> None:
    """What lies between them comes first, and none of them is in the answer."""
    found = ask(client, like=["sock-0", "sock-7"])
    assert {"sock-0", "sock-7"}.isdisjoint(ids(found))
    assert set(ids(found)[:6]) == {f"sock-{n}" for n in range(1, 7)}
    assert set(ids(found)) == INDEXED - {"sock-0", "sock-7"}


def test_what_is_unlike_moves_the_answer_away(client: FlaskClient) -> None:
    """With a photo, which then counts as an example; what is unlike is never in the answer."""
    photo = picture((220, 20, 220))
    plain = body(client.post("/find_similar?limit=200", data=photo, content_type="image/png"))
    url = "/find_similar?limit=200&unlike=red-shirt"
    away = body(client.post(url, data=photo, content_type="image/png"))
    before, after = (
        {hit["product"]["id"]: hit["score"] for hit in answer["hits"]} for answer in (plain, away)
    )
    assert before.keys() - after.keys() == {"red-shirt"}
    assert after["dark-dress"] < before["dark-dress"]
    assert away["query"]["kind"] == "upload"


def test_negatives_alone_find_what_is_least_like_them(client: FlaskClient) -> None:
    """The order of the product's own answer, the other way round."""
    like = ask(client, like=["red-shirt"])
    unlike = ask(client, unlike=["red-shirt"])
    assert unlike["query"]["kind"] == "examples"
    scores = {hit["product"]["id"]: hit["score"] for hit in like["hits"]}
    opposite = {hit["product"]["id"]: -hit["score"] for hit in unlike["hits"]}
    assert opposite == pytest.approx(scores, abs=1e-5)
    assert set(ids(unlike)[:3]) == set(ids(like)[-3:])


def test_a_query_counts_as_one_more_example(client: FlaskClient) -> None:
    """A product with a liked one is the same as both liked."""
    both = ask(client, like=["red-shirt", "green-shirt"])
    together = ask(client, product_id="red-shirt", like=["green-shirt"])
    assert together["hits"] == both["hits"]
    by_url = client.get("/products/red-shirt/similar?limit=200&like=green-shirt&unlike=dark-dress")
    by_json = ask(client, product_id="red-shirt", like=["green-shirt"], unlike=["dark-dress"])
    assert body(by_url)["hits"] == by_json["hits"]


def test_repeated_examples_count_once(client: FlaskClient) -> None:
    """A list is a set."""
    assert (
        ask(client, like=["red-shirt", "red-shirt", "green-shirt"])["hits"]
        == ask(client, like=["red-shirt", "green-shirt"])["hits"]
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"like": ["red-shirt"], "unlike": ["red-shirt"]},
        {"product_id": "red-shirt", "unlike": ["red-shirt"]},
    ],
)
def test_what_contradicts_itself_is_refused(client: FlaskClient, asked: dict[str, Any]) -> None:
    """A product cannot be wanted and unwanted."""
    assert bad_fields(client.post("/find_similar", json=asked)) == ["unlike"]


@pytest.mark.parametrize("name", ["like", "unlike"])
@pytest.mark.parametrize(("product_id", "status"), [("never", 404), ("gone", 404), ("waiting", 409)])
def test_an_example_has_to_be_there(client: FlaskClient, name: str, product_id: str, status: int) -> None:
    """Unknown and deleted ones are a 404, and one without an indexed image a 409, which names it."""
    answer = client.post("/find_similar", json={name: ["red-shirt", product_id]})
    assert answer.status_code == status
    assert product_id in problem(answer)["detail"]


@pytest.mark.parametrize("asked", [{}, {"like": []}, {"like": [], "unlike": []}, {"limit": 5}])
def test_no_example_is_no_query(client: FlaskClient, asked: dict[str, Any]) -> None:
    """Something has to be looked for."""
    assert bad_fields(client.post("/find_similar", json=asked)) == ["body"]


def test_the_direction_is_qdrants_average_vector() -> None:
    """Twice the mean of the wanted less the mean of the unwanted, of length 1."""
    wanted, unwanted = [colour_vector(RED), colour_vector(GREEN)], [colour_vector(BLUE), colour_vector(WHITE)]
    expected = 2 * np.mean(wanted, axis=0) - np.mean(unwanted, axis=0)
    found = towards(wanted, unwanted)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected / np.linalg.norm(expected), atol=1e-6)
    np.testing.assert_allclose(towards([], unwanted[:1]), -unwanted[0], atol=1e-6)


def test_examples_that_cancel_out_have_no_direction() -> None:
    """It is said, and nothing is divided by zero."""
    red = colour_vector(RED)
    with pytest.raises(InvalidRequest, match="cancel"):
        towards([red, -red], [])
    with pytest.raises(InvalidRequest, match="cancel"):
        towards([], [red, -red])
    assert mean_vector([red, -red], [1, 1]) is None
