"""A link in the documentation leads somewhere."""

import re
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def pages() -> list[str]:
    tracked = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    return tracked.stdout.splitlines()


@pytest.mark.parametrize("page", pages())
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link names a file or folder that is there."""
    folder = (_ROOT / page).parent
    missing = [
        link for link in _LINK.findall((_ROOT / page).read_text("utf-8")) if not (folder / link).exists()
    ]
    assert missing == []


def test_every_page_of_the_documentation_can_be_found() -> None:
    """The index links to each tutorial, guide, reference and explanation."""
    index = (_ROOT / "docs" / "README.md").read_text("utf-8")
    linked = set(_LINK.findall(index))
    expected = {
        page.removeprefix("docs/")
        for page in pages()
        if re.match(r"docs/(tutorials|how-to|reference|explanation)/", page)
    }
    assert expected - linked == set()
