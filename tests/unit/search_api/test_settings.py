"""What the environment may say."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from search_api.settings import SearchApiSettings
from tests.unit.search_api.shop import shop_settings


def test_lists_of_every_room_are_read_from_texts(tmp_path: Path) -> None:
    """Each comma-separated variable, inherited or not, is split."""
    settings = shop_settings(
        tmp_path,
        image_allowed_hosts="a.example, *.b.example",
        image_local_hosts="127.0.0.1:1",
        filterable_attributes="colour:keyword,weight:float",
        search_api_trusted_hosts="search.example, .shop.example",
        search_api_cors_origins="https://shop.example,http://localhost:3000",
    )
    assert settings.image_allowed_hosts == ("a.example", "*.b.example")
    assert settings.image_local_hosts == ("127.0.0.1:1",)
    assert settings.filterable_attributes == {"colour": "keyword", "weight": "float"}
    assert settings.search_api_trusted_hosts == ("search.example", ".shop.example")
    assert settings.search_api_cors_origins == ("https://shop.example", "http://localhost:3000")


def test_the_defaults_are_safe(tmp_path: Path) -> None:
    """It listens on this machine alone, and pages of other origins may not call it."""
    settings = shop_settings(tmp_path)
    assert (settings.search_api_host, settings.search_api_port) == ("127.0.0.1", 8000)
    assert (settings.search_api_status_host, settings.search_api_status_port) == ("127.0.0.1", 9101)
    assert settings.search_api_cors_origins == ()
    assert settings.search_api_trusted_proxies == 0
    assert settings.search_api_max_body_bytes == 10_000_000


@pytest.mark.parametrize("origin", ["shop.example", "https://x.example/", "https://x.example/a", "*", "null"])
def test_an_origin_is_scheme_host_and_port(tmp_path: Path, origin: str) -> None:
    """What no browser would send as an origin stops the start."""
    with pytest.raises(ValidationError):
        shop_settings(tmp_path, search_api_cors_origins=origin)


def test_every_field_is_described() -> None:
    """The table of settings is generated from the descriptions."""
    assert not [name for name, field in SearchApiSettings.model_fields.items() if not field.description]
