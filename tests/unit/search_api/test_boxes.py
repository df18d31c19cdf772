"""The part of a photo that is looked for, and several photos."""

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from tests.unit.search_api.answers import bad_fields, body, found_ids, problem
from tests.unit.search_api.shop import BLUE, GREEN, RED, FakeHost, picture

_TURNED_LEFT = 8
"""EXIF's orientation of a photo that has to be turned by 90° to the left to be seen upright."""


def halves(form: str = "PNG", orientation: int = 1) -> bytes:
    """Green on the left and red on the right, 200 × 100 px as stored."""
    image = Image.new("RGB", (200, 100), GREEN)
    image.paste(RED, (100, 0, 200, 100))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    image.save(file, form, exif=exif)
    return file.getvalue()


def best(client: FlaskClient, photo: bytes, box: str, unit: str | None = None) -> Any:
    form: dict[str, Any] = {"file": (BytesIO(photo), "photo"), "box": box}
    if unit is not None:
        form["box_unit"] = unit
    return body(client.post("/find_similar", data=form))["hits"][0]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    ("box", "unit", "found"),
    [
        ("0,0,0.5,1", None, "green-shirt"),
        ("0.5,0,0.5,1", "fraction", "red-shirt"),
        ("0,0,100,100", "px", "green-shirt"),
        ("101,20,50,50", "px", "red-shirt"),
        ("101,20,5000,5000", "px", "red-shirt"),
        ("0.6,0.5,2,2", None, "red-shirt"),
    ],
)
def test_only_the_box_is_looked_at(
    client: FlaskClient, form: str, box: str, unit: str | None, found: str
) -> None:
    """In fractions or pixels; what hangs over the edge is cut off."""
    hit = best(client, halves(form), box, unit)
    assert hit["product"]["id"] == found
    assert hit["score"] > 0.98


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
@pytest.mark.parametrize(
    ("box", "unit", "found"), [("0,0,1,0.5", None, "red-shirt"), ("0,100,100,100", "px", "green-shirt")]
)
def test_the_box_is_on_the_photo_as_it_is_seen(
    client: FlaskClient, form: str, box: str, unit: str | None, found: str
) -> None:
    """A phone's photo is stored on its side: the box is drawn on it upright, where right is above."""
    assert best(client, halves(form, _TURNED_LEFT), box, unit)["product"]["id"] == found


def test_a_box_is_the_same_in_every_form(client: FlaskClient, host: FakeHost) -> None:
    """JSON, form, and the URL of a bare file."""
    photo = halves()
    expected = best(client, photo, "0.5,0,0.5,1")
    in_url = client.post("/find_similar?box=0.5,0,0.5,1", data=photo, content_type="image/png")
    assert body(in_url)["hits"][0] == expected
    host.answers["https://img.example/halves.png"] = photo
    box = {"x": 100, "y": 0, "width": 100, "height": 100, "unit": "px"}
    by_json = client.post("/find_similar", json={"image_url": "https://img.example/halves.png", "box": box})
    assert body(by_json)["hits"][0] == expected


@pytest.mark.parametrize(
    ("box", "unit"), [("1,0,1,1", None), ("0,100,10,10", "px"), ("200,0,1,1", "px"), ("0.5,0,1e-320,1", None)]
)
def test_a_box_beside_the_photo_is_refused(client: FlaskClient, box: str, unit: str | None) -> None:
    """It is a 400 that says how large the photo is."""
    form: dict[str, Any] = {"file": (BytesIO(halves()), "photo"), "box": box}
    if unit is not None:
        form["box_unit"] = unit
    answer = client.post("/find_similar", data=form)
    assert bad_fields(answer) == ["box"]
    assert ("200 × 100 px" in problem(answer)["detail"]) == (unit == "px")


def test_a_query_id_holds_the_part(client: FlaskClient) -> None:
    """Asked again, it is the part that is looked for."""
    answer = client.post("/find_similar?box=0.5,0,0.5,1", data=halves(), content_type="image/png")
    again = client.post("/find_similar", json={"query_id": body(answer)["query_id"]})
    assert body(again)["hits"] == body(answer)["hits"]


def photos(*colours: tuple[int, int, int], **fields: str) -> dict[str, Any]:
    files = [(BytesIO(picture(colour)), f"{n}.png") for n, colour in enumerate(colours)]
    return {"file": files, **fields}


def test_several_photos_are_averaged(client: FlaskClient) -> None:
    """The same picture twice is the picture; of two, both are found before the rest."""
    one = body(client.post("/find_similar", data=photos(GREEN)))
    twice = body(client.post("/find_similar", data=photos(GREEN, GREEN)))
    assert [hit["product"]["id"] for hit in twice["hits"]] == [hit["product"]["id"] for hit in one["hits"]]
    mixed = found_ids(client.post("/find_similar", data=photos(GREEN, BLUE)))
    assert set(mixed[:2]) == {"green-shirt", "blue/ä b.c"}


def test_weights_say_how_much_each_photo_counts(client: FlaskClient) -> None:
    """In the order of the photos."""
    assert (
        found_ids(client.post("/find_similar", data=photos(GREEN, BLUE, weights="3,1")))[0] == "green-shirt"
    )
    assert found_ids(client.post("/find_similar", data=photos(GREEN, BLUE, weights="1,3")))[0] == "blue/ä b.c"


def test_one_bad_photo_spoils_the_query(client: FlaskClient) -> None:
    """Nobody is answered by half of what was asked."""
    form = photos(GREEN)
    form["file"].append((BytesIO(b"no picture"), "b.png"))
    assert client.post("/find_similar", data=form).status_code == 422
