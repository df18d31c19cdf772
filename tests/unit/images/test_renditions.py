from images import CloudinaryError, HttpMissing, HttpRefused
from images.renditions import Renditions, refuses_rendition

_URL = "https://res.cloudinary.com/{}/image/upload/v1/p1.jpg"


def test_a_refusal_holds_for_one_cloud_and_one_hour() -> None:
    """Other clouds are still asked for small renditions, and after an hour this one is again."""
    seconds = 0.0
    renditions = Renditions("w_9", monotonic=lambda: seconds)
    renditions.remember_refusal("strict")
    assert renditions.of(_URL.format("strict")) is None
    assert renditions.of(_URL.format("demo")) is not None
    seconds = 3_599.0
    assert renditions.of(_URL.format("strict")) is None
    seconds = 3_601.0
    assert renditions.of(_URL.format("strict")) is not None


def test_custom_hosts_are_known_in_any_case() -> None:
    """A host is configured as people write it."""
    assert (
        Renditions("w_9", ["Img.Shop.example"]).of("https://img.shop.example/image/upload/p.jpg") is not None
    )


def test_what_may_be_about_the_transformation() -> None:
    """400, 401, 403 and X-Cld-Error; a plain 404 is about the picture."""
    assert refuses_rendition(HttpRefused("", status=400))
    assert refuses_rendition(HttpRefused("", status=403))
    assert refuses_rendition(HttpMissing("", status=401))
    assert refuses_rendition(CloudinaryError("", status=200))
    assert not refuses_rendition(HttpMissing("", status=404))
    assert not refuses_rendition(HttpMissing("", status=410))
