"""docs/how-to/face-the-internet.md names what there is."""

import re
from pathlib import Path

from search_api.metric_definitions import DEFINITIONS
from search_api.problems import problem_types
from search_api.settings import SearchApiSettings

TEXT = (Path(__file__).parents[3] / "docs" / "how-to" / "face-the-internet.md").read_text("utf-8")


def test_what_it_names_exists() -> None:
    """Settings, problems and metrics; the defaults in its table are the settings'."""
    settings = {name.upper(): field.default for name, field in SearchApiSettings.model_fields.items()}
    named = set(re.findall(r"\b(?:SEARCH_API|IMAGE)_[A-Z_]+\b", TEXT))
    assert len(named) > 10
    assert named <= settings.keys()
    for setting, told in re.findall(r"`(SEARCH_API_[A-Z_]+)` \(([\d/a-z]+)\)", TEXT):
        assert str(settings[setting]).removesuffix(".0") == told
    assert set(re.findall(r"`(too-many-[a-z]+)`", TEXT)) <= {kind.slug for kind in problem_types()}
    metrics = set(re.findall(r"`(search_api_[a-z_]+)`", TEXT))
    assert metrics
    assert metrics <= {each.name for each in DEFINITIONS}
