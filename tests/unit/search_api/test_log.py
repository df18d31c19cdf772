"""What the log says of requests, and what it never says."""

import json
import logging

import pytest
from structlog.testing import capture_logs

from images.errors import HostUnreachable
from tests.unit.search_api.conftest import MakeClient
from tests.unit.search_api.shop import RED, FakeHost, picture
from tests.unit.search_api.test_access import KEYS, SEARCH_KEY

SECRET_URL = "https://img.example/a.jpg?signature=very-secret"


def test_no_secret_and_nothing_of_a_person_is_logged(
    make_client: MakeClient, host: FakeHost, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither keys nor URLs nor ids nor addresses of callers: a line has the route, a status and a time."""
    caplog.set_level(logging.DEBUG)
    host.answers[SECRET_URL] = HostUnreachable("no route to very-secret")
    client = make_client(search_api_keys=KEYS)
    caller = {"REMOTE_ADDR": "203.0.113.77"}
    with capture_logs() as logs:
        for key in (SEARCH_KEY, "a wrong very-secret key"):
            headers = {"Authorization": f"Bearer {key}"}
            for asked in (
                client.get("/products/red-shirt/similar?limit=1", headers=headers, environ_base=caller),
                client.get("/products/very-secret", headers=headers, environ_base=caller),
                client.post(
                    "/find_similar", json={"image_url": SECRET_URL}, headers=headers, environ_base=caller
                ),
                client.post(
                    "/find_similar?filter.brand=very-secret",
                    data=picture(RED),
                    content_type="image/png",
                    headers=headers,
                    environ_base=caller,
                ),
            ):
                assert asked.status_code in {200, 400, 401, 404, 502}
    told = json.dumps(logs, default=str) + caplog.text
    assert len(logs) >= 8
    for secret in ("very-secret", SEARCH_KEY, "203.0.113.77", "red-shirt"):
        assert secret not in told
