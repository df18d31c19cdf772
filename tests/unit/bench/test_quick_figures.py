import pytest

from bench.core_seconds import usable_cores
from bench.suites.quick import beside_figures, quick_figures
from tests.unit.bench.measured import measured_quick


def test_the_consumer_is_compared_with_the_plain_service_by_images_a_second() -> None:
    """100 images in 2 s beside 10 images in 2 s is five times as fast as in the first round."""
    figure, _, _ = quick_figures(measured_quick())
    assert figure.value.rounds == (50.0, 100.0)
    assert figure.against_value.rounds == (5.0, 4.0)
    assert figure.ratio.rounds == (10.0, 25.0)
    assert figure.bar == 8.0


def test_decode_and_embed_are_a_share_of_the_consumers_core_seconds() -> None:
    """16 core-ms alone are 0.8 of 2 core-seconds for 100 images, and 0.4 of 4."""
    _, figure, _ = quick_figures(measured_quick())
    assert figure.value.rounds == pytest.approx((16.0, 16.0))
    assert figure.against_value.rounds == pytest.approx((20.0, 40.0))
    assert figure.ratio.rounds == pytest.approx((0.8, 0.4))
    assert figure.bar == 0.8


def test_the_bound_is_all_cores_doing_nothing_else() -> None:
    """At 16 core-ms an image, each core could do 62.5 images/s."""
    _, _, figure = quick_figures(measured_quick())
    assert figure.against_value.rounds == pytest.approx((62.5 * usable_cores(),) * 2)
    assert figure.bar == 0.7


def test_what_explains_the_figures_comes_along() -> None:
    """How core-seconds divide, and how busy the machine was with other things, is kept with the figures."""
    beside = beside_figures(measured_quick(other_work_cores=0.5))
    assert beside["decode_core_ms_per_image"].median == pytest.approx(2.0)
    assert beside["embed_core_ms_per_image"].median == pytest.approx(14.0)
    assert beside["kafka_client_core_ms_per_image"].median == pytest.approx(1.0)
    assert beside["around_core_ms_per_image"].median == pytest.approx(2.0)
    assert beside["plain_core_ms_per_image"].median == pytest.approx(300.0)
    assert beside["other_work_cores_plain"].median == 0.5
