"""What the reference says is what the code does."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from consumer.settings import ConsumerSettings
from search_api.settings import SearchApiSettings

_DOCS = Path(__file__).parents[3] / "docs"


def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_reference", _DOCS / "build_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", reference().PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    """What is committed is what `make docs-reference` would write."""
    written = (_DOCS / "reference" / name).read_text("utf-8")
    assert written == reference().PAGES[name](), "run: make docs-reference"


def test_every_setting_is_documented_and_no_other() -> None:
    """The table names each variable of both services, described, and nothing else."""
    fields = {**ConsumerSettings.model_fields, **SearchApiSettings.model_fields}
    table = (_DOCS / "reference" / "settings.md").read_text("utf-8")
    assert set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE)) == {name.upper() for name in fields}
    assert all(field.description for field in fields.values())
