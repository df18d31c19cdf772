import ast
import inspect
import re
from pathlib import Path

import pytest

import images
from images import errors

_Error = type[errors.ImageError]


def _tree(root: _Error) -> set[_Error]:
    children: list[_Error] = root.__subclasses__()
    return {root}.union(*(_tree(child) for child in children))


def _leaves() -> list[_Error]:
    return sorted(
        (error for error in _tree(errors.ImageError) if not error.__subclasses__()), key=lambda e: e.__name__
    )


def test_the_docstring_draws_the_whole_tree() -> None:
    """Every error stands in the drawing, under its branch, and nothing else does."""
    assert errors.__doc__ is not None
    branch = ""
    drawn = set()
    for indent, name in re.findall(r"^(│?\s*[├└]── )([A-Z]\w+)", errors.__doc__, re.MULTILINE):
        top = not indent.startswith(("│", " "))
        drawn.add((name, "ImageError" if top else branch))
        branch = name if top else branch
    assert drawn == {
        (error.__name__, error.__bases__[0].__name__)
        for error in _tree(errors.ImageError) - {errors.ImageError}
    }


@pytest.mark.parametrize("leaf", _leaves(), ids=lambda leaf: leaf.__name__)
def test_every_leaf_can_happen(leaf: type[errors.ImageError]) -> None:
    """No leaf is only listed: some module of the package makes it."""
    modules = [p for p in Path(inspect.getfile(images)).parent.glob("*.py") if p.name != "errors.py"]
    used = {
        node.id
        for module in modules
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Name)
    }
    assert leaf.__name__ in used


def test_every_error_is_exported() -> None:
    """Callers import errors from the package."""
    assert {error.__name__ for error in _tree(errors.ImageError)} <= set(images.__all__)


@pytest.mark.parametrize("leaf", _leaves(), ids=lambda leaf: leaf.__name__)
def test_an_error_is_one_line_with_url_and_status(leaf: type[errors.ImageError]) -> None:
    """Its text is the reason alone; URL and status are attributes."""
    error = leaf("no such thing", url="https://a.example/b", status=404)
    assert (str(error), error.url, error.status) == ("no such thing", "https://a.example/b", 404)
