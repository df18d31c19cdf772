from pathlib import Path

import pytest

from standalone.settings import CachePlaces, default_data_dir

HOME = Path("/home/ada")


@pytest.mark.parametrize(
    ("platform", "places", "expected"),
    [
        ("linux", {}, "/home/ada/.cache"),
        ("linux", {"xdg_cache_home": "/var/cache/ada"}, "/var/cache/ada"),
        ("linux", {"xdg_cache_home": "relative"}, "/home/ada/.cache"),
        ("darwin", {}, "/home/ada/Library/Caches"),
        ("darwin", {"xdg_cache_home": "/var/cache/ada"}, "/var/cache/ada"),
        ("win32", {}, "/home/ada/AppData/Local"),
        ("win32", {"localappdata": "/local"}, "/local"),
    ],
)
def test_data_is_kept_in_the_cache_of_the_platform(
    platform: str, places: dict[str, str], expected: str
) -> None:
    """The default data folder is where the platform has its caches."""
    given = CachePlaces.model_validate({"xdg_cache_home": None, "localappdata": None, **places})
    found = default_data_dir(given, home=HOME, platform=platform)
    assert found == Path(expected) / "visual-product-search" / "demo"
