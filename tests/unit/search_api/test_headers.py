"""What every answer carries."""

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from tests.unit.search_api.conftest import MakeClient

PATHS = [
    "/",
    "/docs",
    "/static/page.js",
    "/healthz",
    "/products/red-shirt",
    "/nothing-here",
    "/products/gone/similar",
]


@pytest.mark.parametrize("path", PATHS)
def test_security_headers_are_on_everything(client: FlaskClient, path: str) -> None:
    """Pages, data and errors alike tell browsers to do nothing else with them."""
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert UUID(headers["X-Request-ID"]).version == 4


def test_the_page_may_show_pictures_of_the_shop_only(make_client: MakeClient) -> None:
    """Pictures come over https, and without TLS only from hosts that are configured so."""
    plain = make_client().get("/").headers["Content-Security-Policy"]
    assert "img-src 'self' https: data: blob:;" in plain
    hosts = {"image_local_hosts": "127.0.0.1:8123", "image_allowed_hosts": "a.example,http://*.b.example"}
    local = make_client(**hosts).get("/").headers["Content-Security-Policy"]
    assert "img-src 'self' https: data: blob: http://127.0.0.1:8123 http://*.b.example;" in local


def test_no_origin_is_allowed_by_default(client: FlaskClient) -> None:
    """Without CORS origins, other sites' pages cannot read answers."""
    answer = client.get("/healthz", headers={"Origin": "https://evil.example"})
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_the_page_needs_nothing_that_its_policy_forbids(client: FlaskClient) -> None:
    """Neither inline scripts and styles, nor anything of another host; every file it names is there."""
    page = client.get("/").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page)
    assert not re.search(r"(src|href)=.?(https?:)?//", page)
    for name in set(re.findall(r'"(static/[^"]+)"', page)):
        assert client.get(f"/{name}").status_code == 200
    for module in ("page", "cards", "photos", "search"):
        script = client.get(f"/static/{module}.js")
        assert script.content_type == "text/javascript; charset=utf-8"
        assert "innerHTML" not in script.text


def test_the_documentation_page_needs_nothing_that_its_policy_forbids(client: FlaskClient) -> None:
    """It is held to the same, and its scripts write texts alone."""
    page = client.get("/docs").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page)
    assert not re.search(r"(src|href)=.?(https?:)?//", page)
    for name in {*re.findall(r'"(static/[^"]+)"', page), "static/schemas.js"}:
        file = client.get(f"/{name}")
        assert file.status_code == 200
        assert "innerHTML" not in file.text


def test_the_pages_files_are_revalidated(client: FlaskClient) -> None:
    """A browser asks again each time, and is told that nothing has changed."""
    first = client.get("/static/page.css")
    again = client.get("/static/page.css", headers={"If-None-Match": first.headers["ETag"]})
    assert first.headers["Cache-Control"] == "no-cache"
    assert again.status_code == 304
    assert again.headers["Content-Security-Policy"]


def test_requests_to_other_hosts_are_refused(make_client: MakeClient) -> None:
    """With trusted hosts set, a request under another name is a 400."""
    client = make_client(search_api_trusted_hosts="search.example,.shop.example")
    assert client.get("/", headers={"Host": "search.example"}).status_code == 200
    assert client.get("/", headers={"Host": "www.shop.example"}).status_code == 200
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
