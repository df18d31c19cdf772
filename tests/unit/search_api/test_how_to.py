"""docs/how-to/search-from-a-shop.md says what the API does."""

import re
from pathlib import Path

import pytest

from search_api.queries.similar_request import SimilarRequest
from search_api.settings import SearchApiSettings

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "how-to" / "search-from-a-shop.md").read_text("utf-8")


@pytest.mark.parametrize("json", re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL))
def test_the_requests_shown_are_requests(json: str) -> None:
    """Every JSON body in the text is one that the API reads."""
    asked = SimilarRequest.model_validate_json(json, strict=True)
    assert asked.product_id or asked.image_url or asked.query_id or asked.like


def test_the_settings_named_are_settings() -> None:
    """Every variable in the text exists."""
    named = set(re.findall(r"\b(?:SEARCH_API|IMAGE|FILTERABLE)_[A-Z_]+\b", TEXT))
    assert named <= {name.upper() for name in SearchApiSettings.model_fields}
    assert named
