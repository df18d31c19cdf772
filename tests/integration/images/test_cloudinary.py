from collections.abc import Callable

import pytest

from images import CloudinaryError, HttpMissing, HttpUnavailable, ImageError, ImageFetcher
from tests.integration.images.scripted_host import Script, ScriptedHost, response

FetcherOf = Callable[..., ImageFetcher]

_ORIGINAL = "/demo/image/upload/v1/p1.jpg"
_SMALL = "/demo/image/upload/c_limit,h_512,w_512/f_jpg/v1/p1.jpg"


@pytest.fixture
def cloudinary(host: ScriptedHost, fetcher_of: FetcherOf) -> Callable[..., ImageFetcher]:
    """Makes fetchers that take the scripted host for one of Cloudinary's."""

    def make(**settings: object) -> ImageFetcher:
        return fetcher_of(cloudinary_hosts="127.0.0.1", **settings)

    return make


def test_a_small_rendition_is_asked_for(host: ScriptedHost, cloudinary: FetcherOf, photo: bytes) -> None:
    """The original is not downloaded where a small rendition will do."""
    host.scripts = {_SMALL: response(photo), _ORIGINAL: response(b"large")}
    assert cloudinary().fetch(host.url(_ORIGINAL)) == photo
    assert host.times_asked(_ORIGINAL) == 0


@pytest.mark.parametrize(
    "refusal",
    [
        response(status=400),
        response(status=401),
        response(status=403),
        response(b"placeholder", X_Cld_Error="Transformation not allowed"),
        response(status=404, X_Cld_Error="Resource not found"),
    ],
    ids=["400", "401", "403", "placeholder", "404 with reason"],
)
def test_a_refused_rendition_falls_back_for_an_hour(
    host: ScriptedHost, cloudinary: FetcherOf, photo: bytes, refusal: Script
) -> None:
    """The untouched URL is tried once; its success is remembered for the cloud, for an hour."""
    seconds = 0.0
    host.scripts = {_SMALL: refusal, _ORIGINAL: response(photo)}
    fetcher = cloudinary(clocks={"monotonic": lambda: seconds})
    for _ in range(3):
        assert fetcher.fetch(host.url(_ORIGINAL)) == photo
    assert (host.times_asked(_SMALL), host.times_asked(_ORIGINAL)) == (1, 3)
    seconds = 3_599.0
    fetcher.fetch(host.url(_ORIGINAL))
    assert host.times_asked(_SMALL) == 1
    seconds = 3_601.0
    fetcher.fetch(host.url(_ORIGINAL))
    assert host.times_asked(_SMALL) == 2


def test_a_refusal_is_not_remembered_unless_the_original_is_there(
    host: ScriptedHost, cloudinary: FetcherOf
) -> None:
    """A missing picture says nothing about transformations; the error is the untouched URL's."""
    host.scripts = {
        _SMALL: response(status=400, X_Cld_Error="small"),
        _ORIGINAL: response(status=404, X_Cld_Error="original"),
    }
    fetcher = cloudinary()
    for _ in range(2):
        with pytest.raises(CloudinaryError, match="original") as caught:
            fetcher.fetch(host.url(_ORIGINAL))
        assert (caught.value.status, caught.value.url) == (404, host.url(_ORIGINAL))
    assert host.times_asked(_SMALL) == 2


@pytest.mark.parametrize(("status", "leaf"), [(404, HttpMissing), (503, HttpUnavailable)])
def test_other_failures_do_not_fall_back(
    host: ScriptedHost, cloudinary: FetcherOf, photo: bytes, status: int, leaf: type[ImageError]
) -> None:
    """What is not about the transformation is final, and named by the URL that the caller knows."""
    host.scripts = {_SMALL: response(status=status), _ORIGINAL: response(photo)}
    with pytest.raises(leaf) as caught:
        cloudinary().fetch(host.url(_ORIGINAL))
    assert caught.value.url == host.url(_ORIGINAL)
    assert host.times_asked(_ORIGINAL) == 0


def test_renditions_can_be_turned_off(host: ScriptedHost, cloudinary: FetcherOf, photo: bytes) -> None:
    """An empty transformation leaves every URL alone."""
    host.scripts = {_ORIGINAL: response(photo)}
    assert cloudinary(cloudinary_transformation="").fetch(host.url(_ORIGINAL)) == photo
