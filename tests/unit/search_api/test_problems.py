"""Every failure has an answer: the table, and what is made of it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug import exceptions as http
from werkzeug.test import TestResponse

from images import errors as images
from model import errors as model
from search_api import errors as own
from search_api.http.error_answers import answer_errors
from search_api.http.request_record import record_requests
from search_api.metric_definitions import DEFINITIONS, PROBLEMS
from search_api.problems import PROBLEMS as TABLE
from search_api.problems import UNFORESEEN, problem_type_of, problem_types
from telemetry import Metrics
from tests.unit.search_api.answers import problem
from vector_store import errors as store

ROOTS = (images.ImageError, model.ModelError, store.StoreError, own.SearchApiError)


def tree(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for each in root.__subclasses__():
        yield from tree(each)


@pytest.mark.parametrize("root", ROOTS)
def test_every_error_has_an_entry_of_its_own(root: type[Exception]) -> None:
    """A new class has to be thought about before it can be raised."""
    assert not [each.__name__ for each in tree(root) if each not in TABLE]


def test_the_table_holds_nothing_else() -> None:
    """An entry for a class that is in no tree is a leftover."""
    assert set(TABLE) == {each for root in ROOTS for each in tree(root)}


def test_one_slug_is_one_status_and_title() -> None:
    """A problem's type tells what to expect."""
    told = {kind.slug: (kind.status, kind.title) for kind in problem_types()}
    assert all(told[kind.slug] == (kind.status, kind.title) for kind in problem_types())


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (images.BadUrl("no URL"), 422, None),
        (images.ForbiddenHost("no such host"), 422, None),
        (images.ForbiddenAddress("not public"), 422, None),
        (images.HttpMissing("404", status=404), 422, None),
        (images.FetchTimedOut("10 s"), 504, None),
        (images.HostUnreachable("refused"), 502, None),
        (images.HttpUnavailable("503", retry_after_seconds=17.2), 502, "18"),
        (images.HostBusy("paused"), 503, "30"),
        (images.HostBusy("paused", retry_after_seconds=1e9), 503, "3600"),
        (store.StoreUnavailable("down"), 503, "2"),
        (own.ModelLoading("wait"), 503, "1"),
        (own.NoGeneration("none"), 503, "10"),
        (model.BadEmbedding("NaN"), 500, None),
        (http.NotFound(), 404, None),
        (http.TooManyRequests(retry_after=7), 429, "7"),
        (http.ImATeapot(), 418, None),
    ],
)
def test_errors_become_statuses(error: Exception, status: int, retry_after: str | None) -> None:
    """Each says whose turn it is: the caller's, the image host's or ours; and when to try again."""
    answer = answer_to(error)
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == retry_after
    problem(answer)


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("secret"),
        MemoryError("secret"),
        store.StoreUnavailable("http://secret:6333 is down"),
        store.StoreCorrupt("/var/secret"),
        store.StoreLocked("/var/secret"),
        store.InvalidPayload("secret"),
        model.BadEmbedding("secret"),
    ],
)
def test_what_tells_of_the_machine_stays_inside(error: Exception) -> None:
    """The caller gets a sentence and the request's id; the reason is in the log."""
    answer = answer_to(error)
    assert answer.status_code >= 500
    assert "secret" not in answer.text
    problem(answer)


def test_the_unforeseen_is_logged_with_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody foresaw can be found by the id that the caller got."""
    answer = answer_to(ZeroDivisionError("the very reason"))
    assert problem_type_of(ZeroDivisionError()) is UNFORESEEN
    logged = capsys.readouterr().out
    assert "Traceback" in logged
    assert "the very reason" in logged
    assert answer.status_code == 500


def test_problems_are_counted() -> None:
    """Each answer counts under its type."""
    metrics = Metrics(DEFINITIONS)
    answer_to(own.ProductUnknown("x"), metrics)
    assert metrics.value(PROBLEMS, problem="product-unknown") == 1


def answer_to(error: Exception, metrics: Metrics | None = None) -> TestResponse:
    app = Flask(__name__)
    metrics = metrics or Metrics(DEFINITIONS)
    record_requests(app, metrics)
    answer_errors(app, metrics)

    @app.get("/")
    def fail() -> str:
        raise error

    return app.test_client().get("/")
