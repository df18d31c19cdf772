import pytest

from bench.doc_figures import number_named, rewritten, unmarked
from bench.results import BenchResult
from tests.unit.bench.measured_full import full_result


def run_of(suite: str) -> BenchResult:
    assert suite == "full"
    return full_result()


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("images_per_second_to_eager", 80.0),
        ("images_per_second_to_eager.against", 20.0),
        ("images_per_second_to_eager.ratio", 4.0),
        ("products_per_second_far.ratio.lowest", 0.5),
        ("consumer_peak_mb.highest", 500.0),
        ("decode_core_ms_per_image", 2.0),
    ],
)
def test_a_name_leads_to_a_number(name: str, number: float) -> None:
    """Of figures, of measures and of what stands beside them."""
    assert number_named(full_result(), name) == pytest.approx(number)


def test_a_marked_figure_is_written_anew_with_as_many_digits() -> None:
    """Recording another run changes the numbers, and not a word around them."""
    text = (
        "about <!-- full: images_per_second_to_eager -->110<!-- --> images a second, "
        "<!-- full: consumer_peak_mb -->0.0<!-- --> MB"
    )
    assert rewritten(text, run_of) == (
        "about <!-- full: images_per_second_to_eager -->80<!-- --> images a second, "
        "<!-- full: consumer_peak_mb -->400.0<!-- --> MB"
    )


def test_a_name_that_no_run_has_is_an_error() -> None:
    """A figure that was renamed is not left standing."""
    with pytest.raises(KeyError, match="nothing"):
        rewritten("<!-- full: nothing -->1<!-- -->", run_of)


def test_what_is_marked_can_be_left_out() -> None:
    """So that figures without a run can be looked for in the rest."""
    assert unmarked("a <!-- full: x -->1<!-- --> b 2") == "a  b 2"
