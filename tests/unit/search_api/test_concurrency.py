"""One application answers many threads at once."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from flask.testing import FlaskClient

from tests.unit.search_api.answers import found_ids
from tests.unit.search_api.shop import BLUE, GREEN, RED, picture

EXPECTED = {RED: "red-shirt", GREEN: "green-shirt", BLUE: "blue/ä b.c"}


def test_answers_do_not_mix(client: FlaskClient) -> None:
    """Photos and products asked for at the same time each get their own answer."""
    app: Flask = client.application

    def ask(number: int) -> bool:
        mine = app.test_client()
        colour = list(EXPECTED)[number % 3]
        if number % 2:
            answer = mine.post("/find_similar?limit=1", data=picture(colour), content_type="image/png")
            return found_ids(answer) == [EXPECTED[colour]]
        return EXPECTED[colour] not in found_ids(
            mine.post("/find_similar", json={"product_id": EXPECTED[colour]})
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(120)))
