from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from images import HostBusy, ImageSettings, build_fetcher, decode_limits


class _Service(ImageSettings, BaseSettings):
    model_config = SettingsConfigDict(frozen=True)


def _from_file(folder: Path, *lines: str) -> ImageSettings:
    """As a service reads them, by their names in the environment."""
    file = folder / "env"
    file.write_text("\n".join(lines))
    return _Service(_env_file=file)


def test_lists_are_separated_by_commas(tmp_path: Path) -> None:
    """As people write them, with spaces and a comma too many."""
    settings = _from_file(
        tmp_path,
        "IMAGE_ALLOWED_HOSTS= res.cloudinary.com, *.cdn.example ,",
        "IMAGE_LOCAL_HOSTS=127.0.0.1:8123",
        "IMAGE_DATA_URLS=true",
    )
    assert settings.image_allowed_hosts == ("res.cloudinary.com", "*.cdn.example")
    assert settings.image_local_hosts == ("127.0.0.1:8123",)
    assert settings.image_data_urls


def test_an_empty_list_allows_no_host(tmp_path: Path) -> None:
    """That is how fetching is turned off."""
    assert _from_file(tmp_path, "IMAGE_ALLOWED_HOSTS=").image_allowed_hosts == ()


def test_defaults_are_safe() -> None:
    """Cloudinary alone, https, no data: images, no local hosts, no proxy."""
    settings = ImageSettings()
    assert settings.image_allowed_hosts == ("res.cloudinary.com",)
    assert not settings.image_data_urls
    assert not settings.image_local_hosts
    assert settings.image_proxy_url is None
    assert settings.image_deadline_seconds == 10


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("image_allowed_hosts", "https://a.example/path"),
        ("image_allowed_hosts", "*"),
        ("image_local_hosts", "*.internal"),
        ("image_deadline_seconds", "0"),
        ("image_max_pixels", "999999999"),
        ("image_cloudinary_transformation", "w_1?x"),
    ],
)
def test_mistakes_are_errors(name: str, value: str) -> None:
    """Before anything is fetched."""
    with pytest.raises(ValidationError, match=name):
        ImageSettings.model_validate({name: value})


def test_every_setting_is_described() -> None:
    """The table of settings is made of these."""
    assert all(field.description for field in ImageSettings.model_fields.values())


def test_a_transformation_has_no_slashes_around_it() -> None:
    """However it is written, it is inserted between two."""
    settings = ImageSettings(image_cloudinary_transformation="/w_9/f_jpg/")
    assert settings.image_cloudinary_transformation == "w_9/f_jpg"


def test_a_fetcher_is_built_from_settings(tmp_path: Path) -> None:
    """The cache's folder is made; a file of authorities that is not there is an error at once."""
    fetcher = build_fetcher(ImageSettings(image_cache_dir=tmp_path / "a" / "b"))
    fetcher.close()
    assert (tmp_path / "a" / "b").is_dir()
    with pytest.raises(HostBusy):
        fetcher.fetch("https://res.cloudinary.com/demo/a.jpg")
    with pytest.raises(OSError, match="No such file"):
        build_fetcher(ImageSettings(image_ca_file=tmp_path / "missing.pem"))


def test_decode_limits_come_from_settings() -> None:
    """The cap of pixels is one setting for both services."""
    assert decode_limits(ImageSettings(image_max_pixels=1_000)).max_pixels == 1_000
