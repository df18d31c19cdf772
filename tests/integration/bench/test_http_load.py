"""Clients that make calls, and what is told of them."""

import pytest
from pytest_httpserver import HTTPServer

from bench.errors import WrongOutcome
from bench.http_load import Call, run_load


def test_every_call_is_made_once_and_counted_by_kind(httpserver: HTTPServer) -> None:
    """However many clients share them."""
    httpserver.expect_request("/a", method="GET").respond_with_data("yes")
    httpserver.expect_request("/b", method="POST", data=b"body").respond_with_data("yes")
    calls = [Call("read", "GET", "/a")] * 7 + [Call("written", "POST", "/b", b"body", "text/plain")] * 5
    load = run_load(httpserver.port, calls, clients=3)
    assert {kind: len(seconds) for kind, seconds in load.seconds.items()} == {"read": 7, "written": 5}
    assert len(httpserver.log) == 12
    assert 0 < load.percentile("read", 50) <= load.percentile("read", 99)
    assert load.calls_per_second > 0


def test_an_answer_that_is_no_success_leaves_no_figures(httpserver: HTTPServer) -> None:
    """What was done wrong must not count as fast."""
    httpserver.expect_request("/a").respond_with_data("no", status=503)
    with pytest.raises(WrongOutcome, match="2 of 2 calls failed: read: 503"):
        run_load(httpserver.port, [Call("read", "GET", "/a")] * 2, clients=2)
