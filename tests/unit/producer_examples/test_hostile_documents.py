"""Whatever a database holds: an event that a consumer takes, or a reason of one line."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from producer_examples.python.importing import facts, moments, pictures
from producer_examples.python.importing.mapping import NoProduct, read_document
from producer_examples.python.importing.mapping_rules import MappingRules
from producer_examples.python.importing.pictures import PictureRules
from producer_examples.python.importing.plain_values import plain
from producer_examples.python.importing.product_event import EventOptions, event_of, state
from producer_examples.python.importing.source import SourceDocument
from product_events import EventError, OrderKind

NOW = datetime(2026, 11, 25, tzinfo=UTC)
NAMES = (
    *(
        "_id",
        "isDeleted",
        "deletedAt",
        "status",
        "url",
        "secure_url",
        "public_id",
        "amount",
        "name",
        "$oid",
        "$date",
    ),
    *(
        *facts.NAME,
        *facts.PRICE[:3],
        *facts.BRAND[:2],
        *facts.CATEGORY[:2],
        *facts.QUANTITY[:3],
        *facts.IN_STOCK[:2],
    ),
    *(
        *facts.VERSION,
        *facts.VARIANTS[:2],
        *facts.CURRENCY,
        *moments.CHANGED[:2],
        *pictures.PLACES[:4],
        "image1",
    ),
)
TEXTS = st.sampled_from(
    ["", "1", "-1", "true", "https://x/a.jpg", "a.jpg, b.png", "//x", "data:,", "http://[", "0" * 24]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=8) | st.datetimes()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=8,
)
RULES = MappingRules(
    paths={"attributes": "attributes", "attributes.x": "images.url"},
    pictures=PictureRules("https://cdn.example", "demo"),
    currency="EUR",
    url_template="https://shop.example/{name}/{id}",
    max_images=2,
)


@given(
    document=st.dictionaries(st.sampled_from((*NAMES, "attributes")), VALUES, max_size=8),
    kind=st.sampled_from(list(OrderKind)),
    rules=st.sampled_from([MappingRules(), RULES]),
)
def test_any_document_is_an_event_or_a_reason(
    document: dict[str, Any], kind: OrderKind, rules: MappingRules
) -> None:
    """Nothing else is ever raised, and what is said of it is one line."""
    told = outcome(document, kind, rules)
    assert all("\n" not in line for line in told)


def outcome(document: dict[str, Any], kind: OrderKind, rules: MappingRules) -> list[str]:
    """What is told of it: why there is no event, or what the event goes without."""
    content = {name: plain(value) for name, value in document.items()}
    source = SourceDocument("here", content, NOW)
    try:
        stated = state(read_document(source.content, rules), source, kind)
        event_of(stated, EventOptions(kind), number=1, order=stated.order, now=NOW)
    except (NoProduct, EventError) as reason:
        return [str(reason)]
    return [unread.reason for unread in stated.reading.unread]
