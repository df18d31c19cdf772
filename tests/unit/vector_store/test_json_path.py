"""Field names as engines read them."""

import pytest

from vector_store import StoreMisused
from vector_store.json_path import to_json_path


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("price", "price"),
        ("attributes.colour", "attributes.colour"),
        ("attributes.fit (EU)", 'attributes."fit (EU)"'),
        ("größe", '"größe"'),
        ("a.7", 'a."7"'),
        ("a.b[]", 'a."b[]"'),
    ],
)
def test_what_is_more_than_a_plain_name_is_quoted(field: str, path: str) -> None:
    """Brackets, spaces and other letters are part of a name, not of a path."""
    assert to_json_path(field) == path


@pytest.mark.parametrize("field", ["", ".", "a.", ".a", 'a"b', "a\\b"])
def test_a_name_that_cannot_be_quoted_is_refused(field: str) -> None:
    """No engine can look for it."""
    with pytest.raises(StoreMisused):
        to_json_path(field)
