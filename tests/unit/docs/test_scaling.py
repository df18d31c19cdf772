"""docs/explanation/scaling.md: what it starts from was measured, and what it derives follows from that."""

import re
from pathlib import Path
from statistics import mean

import pytest

from bench.recording import load, recorded
from bench.results import Measure
from product_events.encode import encode_event
from standalone.catalogue import read_catalogue
from tests.unit.docs.scaling_arithmetic import (
    CORES_PER_MEMBER,
    IMAGES_PER_PRODUCT,
    IMAGES_PER_SHARD,
    Costs,
    tables,
)

_PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "scaling.md"
# The page rounds; a run on the same machine may be a little faster or slower without making it wrong.
_CLOSE = 0.25


def page() -> str:
    return _PAGE.read_text("utf-8")


def stated(label: str) -> float:
    """The number in the row of the first table that begins so."""
    found = re.search(rf"^\| {label}[^|]*\| ([\d,.]+) ", page(), re.MULTILINE)
    assert found is not None, label
    return float(found[1].replace(",", ""))


def stated_costs() -> Costs:
    return Costs(
        consumer_core_ms=stated("an image, Kafka to searchable"),
        photo_core_ms=stated("a shopper's photo"),
        event_bytes=stated("an event"),
        rendition_bytes=1_000 * stated("an image as it is downloaded"),
        memory_bytes=stated("memory of the index"),
        disk_bytes=stated("disk of the index"),
        graph_core_seconds_per_million=stated("building the graph"),
        search_core_ms=stated("a search in the engine"),
    )


def measured_costs() -> Costs:
    full = {figure.key: figure for figure in load(recorded("full")).figures}
    scale = load(recorded("scale"))
    vectors = scale.settings["vectors"]
    index = next(figure for figure in scale.figures if figure.key == "memory_to_raw_vectors")
    measures: dict[str, Measure] = {measure.key: measure for measure in scale.measures}
    catalogue = read_catalogue()
    base_url = "https://res.cloudinary.com/shop/image/upload/v1699000000/"
    events = [
        encode_event("product.updated", event, source="/shop/backend")
        for event in catalogue.events(base_url)
        if len(event["images"]) == IMAGES_PER_PRODUCT
    ]
    return Costs(
        consumer_core_ms=full["decode_embed_share"].against_value.median,
        photo_core_ms=full["decode_embed_share"].value.median,
        event_bytes=mean(
            len(each.key) + len(each.value) + sum(len(name) + len(value) for name, value in each.headers)
            for each in events
        ),
        rendition_bytes=mean(photo.stat().st_size for photo in catalogue.photos.glob("*.jpg")),
        memory_bytes=index.value.median * 2**20 / vectors,
        disk_bytes=measures["disk_mib"].value.median * 2**20 / vectors,
        graph_core_seconds_per_million=measures["index_core_seconds"].value.median * 1e6 / vectors,
        search_core_ms=measures["core_ms"].value.median,
    )


@pytest.mark.parametrize("name", Costs.__slots__)
def test_what_one_of_each_takes_was_measured(name: str) -> None:
    """Every number that the page starts from is that of a committed run, or of the sample catalogue."""
    assert getattr(stated_costs(), name) == pytest.approx(getattr(measured_costs(), name), rel=_CLOSE)


@pytest.mark.parametrize("number", range(3))
def test_what_follows_is_recomputed(number: int) -> None:
    """Every cell of the derived tables is what those numbers make."""
    assert tables(stated_costs())[number] in page(), "python -m tests.unit.docs.scaling_arithmetic"


def test_what_the_words_derive_follows_too() -> None:
    """The sentences that name results of the tables, or of the numbers above them."""
    costs = stated_costs()
    rows = {row.split(" | ")[0].strip("| "): row.split(" | ") for row in tables(costs)[0].splitlines()}
    members, partitions = (int(rows["1,000,000,000"][column].strip("| ")) for column in (5, 6))
    assert f"GPUs, or {members} members" in page()
    assert f"or {rows['100,000,000'][5]} members" in page()
    told = [int(count) for count in re.findall(r"(\d+) partitions", page())]
    assert max(told) >= partitions
    hours = IMAGES_PER_SHARD / 1e6 * costs.graph_core_seconds_per_million / 3_600 / CORES_PER_MEMBER
    assert f"in about {round(hours)} h on two cores" in page()
