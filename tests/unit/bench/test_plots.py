from pathlib import Path

from PIL import Image

from bench.charts import COLOURS, Bar, draw_bars
from bench.plots import draw_plots, run_name, save_plots, shown_run
from bench.recording import DOCUMENT, PLOTS, recorded_run
from tests.unit.bench.measured_full import full_result


def columns(image: Image.Image, colour: str) -> list[int]:
    """Where along the width this colour is."""
    rgb = tuple(bytes.fromhex(colour.removeprefix("#")))
    return [x for x in range(image.width) if any(image.getpixel((x, y)) == rgb for y in range(image.height))]


def test_a_bar_is_as_long_as_its_value() -> None:
    """Twice the value is twice the length; the values of a row lie one after the other."""
    one = draw_bars("t", [Bar("a", (1.0,), "1"), Bar("b", (0.0, 2.0), "2")])
    first, second = (columns(one, colour) for colour in COLOURS[:2])
    assert abs((second[-1] - second[0]) - 2 * (first[-1] - first[0])) <= 2


def test_a_picture_tells_the_run_that_it_shows(tmp_path: Path) -> None:
    """A picture of another run than the committed one can be told from it."""
    result = full_result()
    save_plots(result, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == draw_plots(result).keys()
    assert {shown_run(path) for path in tmp_path.iterdir()} == {run_name(result)}
    assert run_name(full_result(other_work_cores=0.3)) != run_name(result)


def test_the_committed_pictures_show_the_committed_run() -> None:
    """And docs/performance.md shows each of them."""
    result = recorded_run("full")
    page = DOCUMENT.read_text("utf-8")
    for name in draw_plots(result):
        assert shown_run(PLOTS / name) == run_name(result)
        assert f"](images/{name})" in page


def test_pictures_are_small(tmp_path: Path) -> None:
    """They are committed, and read over a telephone."""
    save_plots(full_result(), tmp_path)
    assert all(path.stat().st_size < 60_000 for path in tmp_path.iterdir())
