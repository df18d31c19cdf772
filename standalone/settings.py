"""Where a person's data belongs on this platform; the only thing that the demo reads from the environment."""

import sys
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

_NAME = "visual-product-search"


class CachePlaces(BaseSettings):
    """The variables by which platforms name the folder of caches."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    xdg_cache_home: Path | None = None
    localappdata: Path | None = None


def default_data_dir(places: CachePlaces, *, home: Path, platform: str = sys.platform) -> Path:
    """The demo's folder in the user's cache, as the platform has it."""
    return _cache_dir(places, home, platform) / _NAME / "demo"


def _cache_dir(places: CachePlaces, home: Path, platform: str) -> Path:
    # The XDG specification: a relative path is to be ignored.
    if places.xdg_cache_home is not None and places.xdg_cache_home.is_absolute():
        return places.xdg_cache_home
    if platform == "darwin":
        return home / "Library" / "Caches"
    if platform == "win32":
        return places.localappdata or home / "AppData" / "Local"
    return home / ".cache"
