"""Every request that cannot be answered is told why, as problem details and with the right status."""

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.unit.search_api.answers import bad_fields, found_ids, problem
from tests.unit.search_api.conftest import MakeClient
from tests.unit.search_api.shop import RED, picture

JSON = "application/json"
FORM = "multipart/form-data; boundary=B"


def part(name: str, content: str = "x", filename: str | None = None) -> str:
    named = f'; filename="{filename}"' if filename else ""
    return f'--B\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n{content}\r\n'


@pytest.mark.parametrize(
    ("json", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"\xff\xfe", "body"),
        (b'{"product_id": "\xff"}', "body"),
        (b'{"product_id": "\\ud800"}', "body"),
        (b"[" * 100_000, "body"),
        (b"null", "body"),
        (b"[]", "body"),
        (b'"red-shirt"', "body"),
        (b"{}", "body"),
        (b'{"limit": 5}', "body"),
        (b'{"product_id": null}', "body"),
        (b'{"product_id": ""}', "product_id"),
        (b'{"product_id": 1.5}', "product_id"),
        (b'{"product_id": true}', "product_id"),
        (b'{"product_id": ["red-shirt"]}', "product_id"),
        (b'{"product_id": "%s"}' % (b"x" * 513), "product_id"),
        (b'{"image_url": ""}', "image_url"),
        (b'{"image_url": 7}', "image_url"),
        (b'{"image_url": "https://img.example/a.jpg", "product_id": "red-shirt"}', "product_id"),
        (b'{"product_id": "red-shirt", "limit": 0}', "limit"),
        (b'{"product_id": "red-shirt", "limit": -1}', "limit"),
        (b'{"product_id": "red-shirt", "limit": 201}', "limit"),
        (b'{"product_id": "red-shirt", "limit": "5"}', "limit"),
        (b'{"product_id": "red-shirt", "limit": 2.5}', "limit"),
        (b'{"product_id": "red-shirt", "limit": true}', "limit"),
        (b'{"product_id": "red-shirt", "limit": null}', "limit"),
        (b'{"product_id": "red-shirt", "limit": NaN}', "limit"),
        (b'{"product_id": "red-shirt", "limit": 1e400}', "limit"),
        (b'{"product_id": "red-shirt", "limit": 123456789012345678901234567890}', "limit"),
        (b'{"product_id": "red-shirt", "colour": "red"}', "colour"),
        (b'{"product_id": "red-shirt", "filters": []}', "filters"),
        (b'{"product_id": "red-shirt", "filters": null}', "filters"),
    ],
)
def test_bad_json_is_refused_by_field(client: FlaskClient, json: bytes, field: str) -> None:
    """Malformed JSON, wrong types and values out of bounds are a 400 that names the field."""
    assert bad_fields(client.post("/find_similar", data=json, content_type=JSON)) == [field]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ("", "body"),
        ("no boundary at all", "body"),
        (part("file", filename="a.jpg"), "body"),
        ("--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--", "body"),
        ('--B\r\nContent-Disposition: form-data; filename="a.jpg"\r\n\r\nx\r\n--B--', "body"),
        ("--B--", "body"),
        (part("limit", "5") + "--B--", "body"),
        (part("file", "", filename="empty.jpg") + "--B--", "file"),
        (part("file", "as a text") + "--B--", "file"),
        (part("photo", filename="a.jpg") + "--B--", "photo"),
        (9 * part("file", filename="a.jpg") + "--B--", "file"),
        (2 * part("file", filename="a.jpg") + part("weights", "1,2,3") + "--B--", "weights"),
        (2 * part("file", filename="a.jpg") + part("weights", "1,0") + "--B--", "weights.1"),
        (part("product_id", "red-shirt") + part("weights", "1") + "--B--", "weights"),
        (2 * part("file", filename="a.jpg") + part("box", "0,0,1,1") + "--B--", "box"),
        (part("product_id", "red-shirt") + part("box", "0,0,1,1") + "--B--", "box"),
        (part("file", filename="a.jpg") + part("box", "0,0,1") + "--B--", "box"),
        (part("file", filename="a.jpg") + part("box", "0,0,0,1") + "--B--", "box.width"),
        (part("file", filename="a.jpg") + part("box", "0,-1,1,1") + "--B--", "box.y"),
        (part("file", filename="a.jpg") + part("box", "0,nan,1,1") + "--B--", "box.y"),
        (part("file", filename="a.jpg") + part("box_unit", "px") + "--B--", "box_unit"),
        (
            part("file", filename="a.jpg") + part("box", "0,0,1,1") + part("box_unit", "cm") + "--B--",
            "box.unit",
        ),
        (part("file", filename="a.jpg") + part("product_id", "red-shirt") + "--B--", "product_id"),
        (
            part("file", filename="a.jpg") + part("image_url", "https://x/a.jpg") + "--B--",
            "image_url",
        ),
        (part("file", filename="a.jpg") + part("limit", "x") + "--B--", "limit"),
        (part("file", filename="a.jpg") + part("limit", "") + "--B--", "limit"),
        (part("file", filename="a.jpg") + part("limit", "0") + "--B--", "limit"),
        (part("file", filename="a.jpg") + part("limit", "201") + "--B--", "limit"),
        (part("file", filename="a.jpg") + part("limit", "5") + part("limit", "6") + "--B--", "limit"),
        (part("file", filename="a.jpg") + part("colour", "red") + "--B--", "colour"),
    ],
)
def test_a_bad_form_is_refused_by_field(client: FlaskClient, form: str, field: str) -> None:
    """A malformed form, no photo, an empty one, several, and unknown fields are a 400."""
    assert bad_fields(client.post("/find_similar", data=form.encode(), content_type=FORM)) == [field]


def test_a_form_without_a_boundary_is_refused(client: FlaskClient) -> None:
    """What cannot be taken apart is a 400, not an empty form."""
    answer = client.post("/find_similar", data=b"--B--", content_type="multipart/form-data")
    assert bad_fields(answer) == ["body"]
    assert "malformed" in problem(answer)["detail"]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("limit=NaN", "limit"),
        ("limit=1e2", "limit"),
        ("limit=5&limit=6", "limit"),
        ("colour=red", "colour"),
        ("product_id=red-shirt", "product_id"),
    ],
)
def test_bad_parameters_are_refused(client: FlaskClient, parameters: str, field: str) -> None:
    """The URL's parameters are held to the same bounds, for photos and for products."""
    photo = client.post(f"/find_similar?{parameters}", data=picture(RED), content_type="image/png")
    assert bad_fields(photo) == [field]
    assert bad_fields(client.get(f"/products/red-shirt/similar?{parameters}")) == [field]


def test_a_limit_is_given_once(client: FlaskClient) -> None:
    """It is not guessed which of two counts."""
    form = {"file": (BytesIO(picture(RED)), "a.png"), "limit": "5"}
    assert bad_fields(client.post("/find_similar?limit=6", data=form)) == ["limit"]
    twice = client.post("/find_similar?limit=6", json={"product_id": "red-shirt", "limit": 5})
    assert bad_fields(twice) == ["limit"]
    once = client.post("/find_similar?limit=6", json={"product_id": "red-shirt"})
    assert len(found_ids(once)) == 6


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "video/mp4",
        "image",
        "é",
    ],
)
def test_other_content_types_are_refused(client: FlaskClient, content_type: str) -> None:
    """A 415 says which content types a query has."""
    answer = client.post("/find_similar", data=picture(RED), headers={"Content-Type": content_type})
    assert answer.status_code == 415
    assert "multipart/form-data, application/json or image/*" in problem(answer)["detail"]


def test_an_empty_photo_is_refused(client: FlaskClient) -> None:
    """A raw body of no bytes is a 400."""
    assert bad_fields(client.post("/find_similar", data=b"", content_type="image/jpeg")) == ["file"]


def broken_photos() -> dict[str, tuple[bytes, str]]:
    jpeg = picture(RED, "JPEG", (400, 400))
    return {
        "text": (b"this is no image", "image-unreadable"),
        "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image-unreadable"),
        "truncated": (jpeg[: len(jpeg) // 2], "image-unreadable"),
        "only a beginning": (jpeg[:10], "image-unreadable"),
        "bmp": (picture(RED, "BMP"), "image-unreadable"),
        "too many pixels": (picture(RED, "PNG", (2000, 1000)), "image-too-large"),
    }


@pytest.mark.parametrize("name", broken_photos())
def test_what_is_no_readable_photo_is_refused(client: FlaskClient, name: str) -> None:
    """Bytes that are no image, broken off, or of too many pixels are a 422, as a file and as a body."""
    data, slug = broken_photos()[name]
    raw = client.post("/find_similar", data=data, content_type="image/jpeg")
    form = client.post("/find_similar", data={"file": (BytesIO(data), "a.jpg")})
    for answer in (raw, form):
        assert answer.status_code == 422
        assert problem(answer)["type"] == f"/problems/{slug}"


def test_the_content_type_of_a_photo_is_not_believed(client: FlaskClient) -> None:
    """Browsers and scripts name types by file names; the bytes say what they are."""
    assert client.post("/find_similar", data=picture(RED), content_type="image/jpeg").status_code == 200


def sent_with(**given: Any) -> dict[str, Any]:
    return given


@pytest.mark.parametrize(
    "given",
    [
        sent_with(data=bytes(2_001), content_type="image/jpeg"),
        sent_with(data={"file": (BytesIO(bytes(2_001)), "a.jpg")}),
        sent_with(data=b'{"product_id": "%s"}' % bytes(2_000), content_type=JSON),
    ],
    ids=["raw", "form", "json"],
)
def test_a_body_beyond_the_limit_is_refused(make_client: MakeClient, given: dict[str, Any]) -> None:
    """More bytes than SEARCH_API_MAX_BODY_BYTES are a 413, in whatever form they come."""
    answer = make_client(search_api_max_body_bytes=2_000).post("/find_similar", **given)
    assert answer.status_code == 413
    assert problem(answer)["type"] == "/problems/body-too-large"


def test_json_has_a_limit_of_its_own(client: FlaskClient) -> None:
    """Ten megabytes are for photos; JSON of more than one is a 413."""
    answer = client.post("/find_similar", data=b'{"x": "%s"}' % (b"x" * 1_000_001), content_type=JSON)
    assert answer.status_code == 413


@pytest.mark.parametrize("count", [401, 2_000])
def test_a_form_of_very_many_parts_is_refused(client: FlaskClient, count: int) -> None:
    """A form of more than 400 parts is a 413."""
    form = "".join(part(f"p{n}") for n in range(count)) + "--B--"
    answer = client.post("/find_similar", data=form.encode(), content_type=FORM)
    assert answer.status_code == 413


def test_a_very_long_form_field_is_refused(client: FlaskClient) -> None:
    """A field of more than 100 kB is a 413."""
    form = part("limit", "5" * 100_001) + "--B--"
    assert client.post("/find_similar", data=form.encode(), content_type=FORM).status_code == 413


def test_very_many_mistakes_are_not_all_told(client: FlaskClient) -> None:
    """An answer stays small, however much is wrong."""
    wrong = {f"field{n}": n for n in range(1_000)}
    assert len(bad_fields(client.post("/find_similar", json=wrong))) <= 20


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/find_similar", 405),
        ("DELETE", "/products/red-shirt", 405),
        ("POST", "/products/red-shirt/similar", 405),
        ("GET", "/nothing-here", 404),
        ("GET", "/products", 404),
        ("GET", "/products/", 404),
        ("GET", "/static/../settings.py", 404),
        ("GET", "/static/%2e%2e/settings.py", 404),
        ("GET", "/problems/nonsense", 404),
        ("BREW", "/", 405),
    ],
)
def test_other_paths_and_methods_are_refused(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    """Flask's own refusals have the same shape."""
    answer = client.open(path, method=method)
    assert answer.status_code == status
    problem(answer)


def test_a_refused_method_comes_with_those_allowed(client: FlaskClient) -> None:
    """As HTTP asks for, a 405 says what is allowed."""
    assert "POST" in client.get("/find_similar").headers["Allow"]
