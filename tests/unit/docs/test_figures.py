"""Figures in README and docs are those of the committed runs."""

import re
from pathlib import Path

import pytest

from bench.doc_figures import pages, rewritten, unmarked
from bench.recording import recorded_run

_ROOT = Path(__file__).parents[3]
# What ran once for a decision is told there, with its circumstances; scaling.md computes from figures.
_TOLD_ELSEWHERE = ("docs/decisions/", "docs/explanation/scaling.md")
# How fast something is.
_SPEED = re.compile(
    r"(?:\d[\d.,]*|hundreds?|thousands?)\s+(?:\w+\s+)?(?:images|pictures|photos|events|products|searches)?"
    r"(?:/s\b|\s*a second\b)"
)
_PAGES = [str(page.relative_to(_ROOT)) for page in pages(_ROOT)]
_PROSE = [page for page in _PAGES if not page.startswith(_TOLD_ELSEWHERE)]


@pytest.mark.parametrize("page", _PAGES)
def test_each_marked_figure_is_that_of_the_committed_run(page: str) -> None:
    """What `--record` would write there is there."""
    text = (_ROOT / page).read_text("utf-8")
    assert rewritten(text, recorded_run) == text


@pytest.mark.parametrize("page", _PROSE)
def test_no_speed_is_told_without_its_run(page: str) -> None:
    """A number of things a second has a mark that says where it is from; tables have marks of their own."""
    text = unmarked((_ROOT / page).read_text("utf-8"))
    prose = re.sub(r"^(```.*?^```|    .*?$|\|.*?$)", "", text, flags=re.MULTILINE | re.DOTALL)
    assert _SPEED.findall(prose) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("about 100 a second", True),
        ("about a hundred pictures a second on two cores", True),
        ("90 images/s", True),
        ("usually within a second, a second one", False),
    ],
)
def test_a_speed_is_recognised(text: str, told: bool) -> None:
    """In digits and in words."""
    assert bool(_SPEED.search(text)) == told
