from io import StringIO

from rich.console import Console

from bench.results import Measure, Samples
from bench.tables import END, begin, markdown, print_result
from tests.unit.bench.measured import measured_quick, result_of


def test_the_markdown_table_has_a_row_for_each_figure() -> None:
    """Every figure stands beside its peer, with ratio, spread and bar."""
    text = markdown(result_of(measured_quick()))
    assert text.startswith(begin("quick"))
    assert text.endswith(END)
    [row] = [line for line in text.splitlines() if line.startswith("| Kafka to searchable |")]
    assert "| 75.0 images/s |" in row
    assert "| 4.5 images/s | 17.50 | 10.00–25.00 | ≥ 8 |" in row
    assert text.count("\n| ") == 1 + 1 + 3


def test_the_terminal_shows_the_same_figures() -> None:
    """A person at a terminal of 80 columns sees every figure, and on what it was measured."""
    screen = StringIO()
    print_result(result_of(measured_quick()), Console(file=screen, width=80))
    shown = screen.getvalue()
    for expected in ("75.0 images/s", "17.50", "10.00–25.00", "≥ 0.7", "2 cores (a CPU)", "seed 7"):
        assert expected in shown


def test_a_busy_machine_is_said() -> None:
    """Figures by the clock, taken while something else took the cores, come with a warning."""
    warning = "too much for figures by the clock"
    assert warning not in markdown(result_of(measured_quick(other_work_cores=0.1)))
    assert warning in markdown(result_of(measured_quick(other_work_cores=1.0)))


def test_what_stands_by_itself_and_what_is_to_stay_below_a_bar_are_shown() -> None:
    """A number without a peer has its own row; a ceiling reads as one."""
    result = result_of(measured_quick())
    ceiling = result.figures[0].model_copy(update={"bar": None, "at_most": 20.0})
    p50 = Measure(key="p50", title="A search", unit="ms", value=Samples(rounds=(2.0, 4.0)), at_most=6.0)
    shown = result.model_copy(update={"figures": (ceiling,), "measures": (p50,)})
    assert "| 10.00–25.00 | ≤ 20 |" in markdown(shown)
    assert "| A search | 3.0 ms | – | – | – | 2.0–4.0 | ≤ 6 ms |" in markdown(shown)
    screen = StringIO()
    print_result(shown, Console(file=screen, width=80))
    assert "3.0 ms" in screen.getvalue()
    assert "≤ 6 ms" in screen.getvalue()


def test_a_suite_has_words_and_marks_of_its_own() -> None:
    """Several tables stand in one document, each with what there is to know of its run."""
    result = result_of(measured_quick()).model_copy(update={"suite": "other"})
    text = markdown(result, ["Some words."])
    assert text.startswith(begin("other"))
    assert text.endswith(f"\n\n- Some words.\n\n{END}")
