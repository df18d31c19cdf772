"""What is asked of answers again and again."""

import json
from typing import Any

from werkzeug.test import TestResponse


def body(answer: TestResponse) -> Any:
    """The answer's JSON; it must be one of success."""
    assert answer.status_code == 200, answer.data
    assert answer.content_type == "application/json"
    return json.loads(answer.data)


def found_ids(answer: TestResponse) -> list[str]:
    """The ids of the products found, best first."""
    return [hit["product"]["id"] for hit in body(answer)["hits"]]


def problem(answer: TestResponse) -> Any:
    """The problem details of an answer, held to their shape."""
    assert answer.status_code >= 400
    assert answer.content_type == "application/problem+json"
    details = json.loads(answer.data)
    assert details.keys() - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert details["status"] == answer.status_code
    assert details["type"].startswith("/problems/")
    assert details["instance"] == f"urn:uuid:{answer.headers['X-Request-ID']}"
    assert details["detail"]
    assert "Traceback" not in answer.text
    return details


def bad_fields(answer: TestResponse) -> list[str]:
    """The fields that a 400 names."""
    assert answer.status_code == 400, answer.data
    return [each["field"] for each in problem(answer)["errors"]]
