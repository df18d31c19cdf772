"""docs/reference/events.md says what the code does."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from product_events import (
    EventError,
    EventPolicy,
    EventType,
    OrderKind,
    Product,
    ProductImage,
    decode_event,
)
from product_events.attributes import MAX_ATTRIBUTES, MAX_LIST_ITEMS, MAX_TEXT_CHARS
from product_events.models import MAX_ID_CHARS
from tests.unit.product_events.messages import message

TEXT = (Path(__file__).parents[3] / "docs" / "reference" / "events.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event["type"])
@pytest.mark.parametrize("kind", list(OrderKind))
def test_the_examples_are_accepted(event: dict[str, Any], kind: OrderKind) -> None:
    """Every event shown is one, in either order kind."""
    value = json.dumps(event).encode()
    record = message(value, key=event["subject"].encode(), timestamp_ms=1_800_000_000_000)
    assert decode_event(record, EventPolicy(kind)).product_id == event["subject"]


def test_there_are_examples_of_both_kinds() -> None:
    """A product and a delete are shown."""
    assert {example["type"] for example in EXAMPLES} >= {EventType.UPDATED, EventType.DELETED}


def test_every_field_is_in_its_table() -> None:
    """The tables name exactly the fields of a product and of an image."""
    fields = re.findall(r"^\| `([a-z_]+)` \|", TEXT, re.MULTILINE)
    assert set(fields) == {*Product.model_fields, *ProductImage.model_fields, "refetch"}


def test_every_error_is_in_its_table() -> None:
    """The table names exactly the errors that decoding raises."""
    errors = re.findall(r"^\| `([A-Z]\w+)` \|", TEXT, re.MULTILINE)
    assert sorted(errors) == sorted(leaf.__name__ for leaf in EventError.__subclasses__())


@pytest.mark.parametrize("limit", [MAX_ID_CHARS, MAX_TEXT_CHARS, MAX_ATTRIBUTES, MAX_LIST_ITEMS])
def test_every_limit_is_named(limit: int) -> None:
    """The limits written are those that hold."""
    assert f"{limit:,}" in TEXT
