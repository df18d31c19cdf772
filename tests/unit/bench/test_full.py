import pytest

from bench.full_remarks import full_remarks
from bench.quietness import is_quiet
from bench.results import Figure, Measure
from bench.suites.full import FullSizes
from tests.unit.bench.measured_full import full_result


def figure(key: str) -> Figure:
    return next(each for each in full_result().figures if each.key == key)


def measure(key: str) -> Measure:
    return next(each for each in full_result().measures if each.key == key)


@pytest.mark.parametrize(
    ("key", "ratios", "bar", "at_most"),
    [
        ("decode_embed_share", (0.8, 0.4), 0.8, None),
        ("images_per_second_to_plain_service", (10.0, 25.0), 8.0, None),
        ("images_per_second_to_eager", (4.0, 4.0), 2.5, None),
        ("products_per_second_far", (1.0, 0.5), 0.9, None),
        ("search_p99_while_prices_change", (2.0, 2.0), None, 3.0),
        ("search_p99_while_products_are_deleted", (4.0, 4.0), None, 3.0),
        ("replayed_events_per_second", (0.1, 0.1), 0.2, None),
        ("photo_alone_share", (0.9, 0.9), 0.8, None),
        ("photos_per_second_to_batches", (0.8, 0.8), 0.75, None),
    ],
)
def test_each_figure_stands_beside_its_bound_or_peer(
    key: str, ratios: tuple[float, ...], bar: float | None, at_most: float | None
) -> None:
    """The ratio of each round, and what is wanted of it."""
    shown = figure(key)
    assert shown.ratio.rounds == pytest.approx(ratios)
    assert (shown.bar, shown.at_most) == (bar, at_most)


@pytest.mark.parametrize(
    ("key", "median", "at_most"),
    [
        ("price_changes_per_second", 200.0, None),
        ("price_changes_searched_per_second", 100.0, None),
        ("deletes_per_second", 250.0, None),
        ("deletes_searched_per_second", 125.0, None),
        ("replayed_in_process_us", 100.0, 100.0),
        ("product_ms_beyond_engine", 2.0, 3.0),
        ("search_api_peak_mb", 450.0, 450.0),
        ("consumer_peak_mb", 400.0, 600.0),
        ("search_api_start_seconds", 1.5, 2.5),
        ("consumer_start_seconds", 3.0, 3.5),
    ],
)
def test_what_has_no_peer_stands_by_itself(key: str, median: float, at_most: float | None) -> None:
    """Events a second, memory and starts, some of them with a ceiling."""
    shown = measure(key)
    assert shown.value.median == pytest.approx(median)
    assert shown.at_most == at_most


def test_products_are_counted_where_products_are_told() -> None:
    """40 products of 80 images in a second are 40 products/s."""
    assert figure("products_per_second_far").against_value.rounds == (40.0, 40.0)


def test_one_busy_part_makes_a_run_a_busy_one() -> None:
    """Figures of every part are by the clock, so all of them must have had the machine."""
    assert is_quiet(full_result())
    assert not is_quiet(full_result(other_work_cores=1.0))
    assert "too much for figures by the clock" in " ".join(full_remarks(full_result(other_work_cores=1.0)))


def test_remarks_tell_sizes_and_where_core_seconds_went() -> None:
    """A reader knows how much of what was measured."""
    told = " ".join(full_remarks(full_result()))
    for expected in (
        "a latency of 80 ms",
        "100 price changes",
        "1,000 products",
        "100.00",
        "2 cores (a CPU)",
    ):
        assert expected in told


def test_sizes_shrink_and_keep_what_they_need() -> None:
    """A tiny run still has something of everything; the rounds and the seed are everybody's."""
    tiny = FullSizes.scaled(0.001, rounds=2, seed=9)
    assert (tiny.quick.images, tiny.quick.plain_images, tiny.search.products) == (2, 1, 100)
    parts = (tiny.quick, tiny.indexing, tiny.changes, tiny.replay, tiny.search)
    assert {(part.rounds, part.seed) for part in parts} == {(2, 9)}
    assert FullSizes.scaled(1, rounds=None, seed=1) == FullSizes()
