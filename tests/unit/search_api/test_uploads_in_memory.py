"""Uploads never reach the disk."""

from io import BytesIO
from tempfile import SpooledTemporaryFile

import pytest
from flask import Flask, Request, request

from search_api.http.bounded_request import BoundedRequest

HEAD = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'


@pytest.mark.parametrize(
    ("request_class", "kept_in"), [(Request, SpooledTemporaryFile), (BoundedRequest, BytesIO)]
)
def test_an_uploaded_file_stays_in_memory(request_class: type[Request], kept_in: type[object]) -> None:
    """What Werkzeug would spool to a temporary file is kept in memory by the API's requests."""
    app = Flask(__name__)
    app.request_class = request_class
    seen: list[object] = []

    @app.post("/")
    def look() -> str:
        with request.files["file"].stream as stream:
            seen.append(stream)
        return ""

    form = HEAD + bytes(2_000_000) + b"\r\n--B--"
    app.test_client().post("/", data=form, content_type="multipart/form-data; boundary=B")
    assert isinstance(seen[0], kept_in)
