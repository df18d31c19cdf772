from io import StringIO

from rich.console import Console

from bench.tables import BEGIN, END, markdown, print_result
from tests.unit.bench.measured import measured_quick, result_of


def test_the_markdown_table_has_a_row_for_each_figure() -> None:
    """Every figure stands beside its peer, with ratio, spread and bar."""
    text = markdown(result_of(measured_quick()))
    assert text.startswith(BEGIN)
    assert text.endswith(END)
    [row] = [line for line in text.splitlines() if line.startswith("| Kafka to searchable |")]
    assert "| 75.0 images/s |" in row
    assert "| 4.5 images/s | 17.50 | 10.00–25.00 | ≥ 6 |" in row
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
