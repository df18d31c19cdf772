import pytest

from images.cloudinary import DEFAULT_TRANSFORMATION, Rendition, small_rendition

_T = DEFAULT_TRANSFORMATION
_R = "https://res.cloudinary.com/demo"
_CUSTOM = ("img.myshop.com",)

# Where `T` stands, the component is inserted; rows without it are left alone.
_INSERTED = [
    f"{_R}/image/upload/T/v1571218039/shop/p1.jpg",
    f"{_R}/image/upload/T/sample.jpg",
    f"{_R}/image/upload/c_fill,h_300,w_400/f_auto/q_auto/T/v1/shop/p1",
    f"{_R}/image/upload/t_thumb/T/v1/p1.png",
    f"{_R}/image/upload/T/my_folder/p1.jpg",
    "https://demo-res.cloudinary.com/image/upload/T/v1/p1.jpg",
    "https://demo-res.cloudinary.com/demo/image/upload/T/v1/p1.jpg",
    "https://res-3.cloudinary.com/demo/image/upload/T/v1/p1.jpg",
    "https://img.myshop.com/image/upload/T/v1/p1.jpg",
    "https://img.myshop.com/demo/image/upload/T/v1/p1.jpg",
    f"{_R}/image/fetch/f_auto/T/https://cdn.example.com/a/b.jpg?x=1",
    f"{_R}/image/fetch/T/https%3A%2F%2Fcdn.example.com%2Fa.jpg%3Fw%3D9",
    f"{_R}/image/fetch/T/https://cdn.example.com//a//b.jpg",
    f"{_R}/image/fetch/t_thumb/T/http://cdn.example.com/a.jpg",
    f"{_R}/image/upload/T/v1/p1.jpg?_a=DATAABAQZAA0",
    f"{_R}/image/upload/T/v1/a%20b//c%2Fd.jpg?x=%7E#top",
    f"{_R}/image/upload/c_fill%2Cw_100/T/v1/p1.jpg",
    f"{_R}/image/upload/w_auto,c_scale,dpr_2.0,g_auto:face,ar_16:9,a_-20/T/p1.jpg",
    f"{_R}/image/upload/$w_100/c_fill,w_$w/T/v1/p1.jpg".replace("w_$w", "w_100"),
    f"{_R}/image/upload/e_sharpen:100/l_text:Arial_20:hi,g_south/fl_layer_apply/T/v1/p1.jpg",
    f"{_R}/image/upload/T/c_men.jpg",
    f"{_R}/image/upload/T/w_100",
    f"{_R}/image/upload/T/v1/t_shirts/c_men/p1.jpg",
    f"{_R}/image/upload/T/shirts/v1/p1.jpg",
    "http://res.cloudinary.com/demo/image/upload/T/v1/p1.jpg",
    "https://RES.cloudinary.com/demo/image/upload/T/v1/p1.JPG",
]
_LEFT_ALONE = [
    f"{_R}/image/upload/c_men/p1.jpg",
    f"{_R}/image/upload/c_men/v1/p1.jpg",
    f"{_R}/image/upload/t_shirts/p1.jpg",
    f"{_R}/image/upload/e_commerce/summer/p1.jpg",
    f"{_R}/image/upload/w_hats/p1.jpg",
    f"{_R}/image/upload/a_line/p1.jpg",
    f"{_R}/image/upload/c_fill,summer/p1.jpg",
    f"{_R}/image/upload/c_fill//p1.jpg",
    f"{_R}/image/upload//v1/p1.jpg",
    f"{_R}/image/upload/s--Ai4Znfl3--/c_crop,h_20,w_10/v1234/image.jpg",
    f"{_R}/image/authenticated/s--Ai4Znfl3--/image.jpg",
    f"{_R}/image/private/v1/image.jpg",
    f"{_R}/video/upload/v1/film.mp4",
    f"{_R}/raw/upload/v1/data.bin",
    f"{_R}/image/list/tag.json",
    f"{_R}/image/upload/v1/paper.pdf",
    f"{_R}/image/upload/v1/logo.SVG",
    f"{_R}/image/upload/v1/film.mp4",
    f"{_R}/image/fetch/https://cdn.example.com/logo.svg",
    f"{_R}/image/fetch/https%3A%2F%2Fcdn.example.com%2Flogo.svg%3Fv%3D1",
    f"{_R}/image/fetch/my_folder/https://cdn.example.com/a.jpg",
    f"{_R}/image/fetch/v1/a.jpg",
    f"{_R}/image/upload/{_T}/v1/p1.jpg",
    f"{_R}/image/upload/c_fill/{_T}/v1/p1.jpg",
    f"{_R}/image/upload/v1571218039",
    f"{_R}/image/upload/",
    f"{_R}/image/upload",
    f"{_R}/image",
    f"{_R}",
    "https://res.cloudinary.com/",
    "https://res.cloudinary.com//image/upload/v1/p1.jpg",
    "https://img.other.com/image/upload/v1/p1.jpg",
    "https://evil.com/res.cloudinary.com/demo/image/upload/v1/p1.jpg",
    "https://evilres.cloudinary.com/demo/image/upload/v1/p1.jpg",
    "https://res.cloudinary.com.evil.com/demo/image/upload/v1/p1.jpg",
    "https://res.cloudinary.com@evil.com/demo/image/upload/v1/p1.jpg",
    "https://me@res.cloudinary.com/demo/image/upload/v1/p1.jpg",
    "ftp://res.cloudinary.com/demo/image/upload/v1/p1.jpg",
    "data:image/png;base64,AAAA",
    "",
    "p1.jpg",
]


@pytest.mark.parametrize("expected", _INSERTED)
def test_a_component_goes_behind_the_transformations(expected: str) -> None:
    """Before version or public id, and nothing else changes."""
    rendition = small_rendition(expected.replace("/T/", "/", 1), custom_hosts=_CUSTOM)
    assert rendition is not None
    assert rendition.url == expected.replace("/T/", f"/{_T}/", 1)


@pytest.mark.parametrize("url", _LEFT_ALONE)
def test_what_is_not_certain_is_left_alone(url: str) -> None:
    """Ambiguous folders, signatures, other types and deliveries, documents, other hosts."""
    assert small_rendition(url, custom_hosts=_CUSTOM) is None


@pytest.mark.parametrize(
    ("url", "cloud"),
    [
        (f"{_R}/image/upload/p1.jpg", "demo"),
        ("https://res-5.cloudinary.com/demo/image/upload/p1.jpg", "demo"),
        ("https://demo-res.cloudinary.com/image/upload/p1.jpg", "demo"),
        ("https://img.myshop.com/image/upload/p1.jpg", "img.myshop.com"),
    ],
)
def test_a_rendition_names_its_cloud(url: str, cloud: str) -> None:
    """What one cloud refuses is not held against another."""
    rendition = small_rendition(url, custom_hosts=_CUSTOM)
    assert rendition is not None
    assert rendition.cloud == cloud


def test_the_component_is_configurable() -> None:
    """Another fixed string, or none."""
    url = f"{_R}/image/upload/p1.jpg"
    assert small_rendition(url, "t_small") == Rendition(f"{_R}/image/upload/t_small/p1.jpg", "demo")
    assert small_rendition(url, "") is None
