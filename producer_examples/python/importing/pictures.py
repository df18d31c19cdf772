"""Finds a product's own pictures in the places where shops keep them.

Only named places are looked at, and never what belongs to somebody else: a brand's logo, a category's banner
and a reviewer's photo are pictures of no product.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urljoin

from producer_examples.python.importing.facts import variants_of
from producer_examples.python.importing.field_names import Found, by_names, folded
from producer_examples.python.importing.plain_values import Reference, Unreadable, is_reference

PLACES: Final = (
    "images",
    "image",
    "imageurls",
    "imageurl",
    "imagesrc",
    "mainimage",
    "primaryimage",
    "featuredimage",
    "coverimage",
    "coverphoto",
    "productimages",
    "productimage",
    "productimg",
    "imgs",
    "img",
    "imgurl",
    "imgsrc",
    "photos",
    "photo",
    "photourl",
    "pictures",
    "picture",
    "pictureurl",
    "gallery",
    "galleryimages",
    "additionalimages",
    "otherimages",
    "media",
    "variantimage",
)
LAST_RESORTS: Final = ("thumbnail", "thumbnailurl", "thumbnails", "thumb")
"""A small copy of a picture that is there too, most often."""
_URL: Final = ("secureurl", "url", "src", "path", "href", "location", "imageurl", "original", "large", "full")
_PUBLIC_ID: Final = ("publicid", "cloudinaryid", "filename")
_KIND: Final = ("type", "kind", "role", "mediatype")
_NO_PICTURES: Final = frozenset(
    {"logo", "brand", "brandlogo", "video", "model3d", "sizechart", "externalvideo"}
)
_NUMBERED: Final = re.compile(r"(image|img|photo|picture|imageurl|imagesrc)(\d{1,2})")
_BETWEEN_URLS: Final = re.compile(r"[\s,;|]+(?=(?:https?:)?//|data:)", re.IGNORECASE)
_BETWEEN_PATHS: Final = re.compile(
    r"\s*[;|\n]\s*|\s*,\s*(?=\S+\.(?:jpe?g|png|webp|avif|gif)\b)", re.IGNORECASE
)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_CLOUDINARY: Final = "http://res.cloudinary.com/"


@dataclass(frozen=True, slots=True)
class PictureRules:
    """What the documents leave out of a picture's address.

    base_url: goes in front of relative ones. cloud_name: whose Cloudinary pictures those are that have a
    public id alone.
    """

    base_url: str | None = None
    cloud_name: str | None = None


@dataclass(slots=True)
class Pictures:
    """The pictures as an event's `images`, where they stood, and what was no picture."""

    images: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def find_pictures(document: Mapping[str, Any], rules: PictureRules) -> Pictures:
    """Return all pictures of a product and its variants, each address once, in the order of the document."""
    pictures = Pictures()
    places = [*_places(document)]
    for name, variant in variants_of(document):
        places += [Found(f"{name}[].{place.path}", place.value) for place in _places(variant)]
    _collect(places, rules, pictures)
    if not pictures.images:
        _collect(list(by_names(document, LAST_RESORTS)), rules, pictures)
    return pictures


def read_pictures(found: Found, rules: PictureRules) -> Pictures:
    """Return the pictures at one place that was chosen by hand."""
    pictures = Pictures()
    _collect([found], rules, pictures)
    return pictures


def _places(document: Mapping[str, Any]) -> Iterator[Found]:
    yield from by_names(document, PLACES)
    numbered = sorted(
        (int(match.group(2)), name)
        for name in document
        if (match := _NUMBERED.fullmatch(folded(name))) is not None
    )
    for _, name in numbered:
        if document[name]:
            yield Found(name, document[name])


def _collect(places: list[Found], rules: PictureRules, pictures: Pictures) -> None:
    known = {image["url"] for image in pictures.images}
    for place in places:
        before = len(pictures.images)
        for image in _read(place.value):
            if isinstance(image, str):
                pictures.unread.append(f"{place.path}: {image}")
                continue
            address = _absolute(image, rules)
            if isinstance(address, Exception):
                pictures.unread.append(f"{place.path}: {address}")
            elif address not in known:
                known.add(address)
                public_id = image.get("public_id")
                pictures.images.append({"url": address, **({"public_id": public_id} if public_id else {})})
        if len(pictures.images) > before and place.path not in pictures.paths:
            pictures.paths.append(place.path)


def _read(value: Any) -> Iterator[dict[str, str] | str]:
    """Yield pictures as they are written; a text is why something is none."""
    if isinstance(value, list):
        for item in value:
            yield from _read(item)
    elif isinstance(value, Mapping):
        yield from _read_object(value)
    elif isinstance(value, Reference) or is_reference(value):
        yield "an id of another document (--join looks it up)"
    elif isinstance(value, str):
        between = _BETWEEN_URLS if "//" in value or value[:5].lower() == "data:" else _BETWEEN_PATHS
        yield from ({"url": part.strip()} for part in between.split(value) if part.strip(" ,;|"))
    elif isinstance(value, Unreadable):
        yield f"a value of type {value.kind}"
    elif value is not None and not isinstance(value, bool):
        yield f"{str(value)[:40]!r} is no address"


def _read_object(value: Mapping[str, Any]) -> Iterator[dict[str, str] | str]:
    kind = next((found.value for found in by_names(value, _KIND)), None)
    if isinstance(kind, str) and folded(kind) in _NO_PICTURES:
        return
    public_id = next((f.value for f in by_names(value, _PUBLIC_ID) if isinstance(f.value, str)), None)
    url = next((f.value for f in by_names(value, _URL) if isinstance(f.value, str)), None)
    if url is not None and not is_reference(url):
        yield {"url": url.strip(), **({"public_id": public_id} if public_id else {})}
        return
    if public_id is not None:
        yield {"public_id": public_id}
        return
    inside = [
        name
        for name in value
        if folded(name) not in {"id", "alt", "alttext", "caption", "title", *_KIND}
        and not any(word in folded(name) for word in ("logo", "brand", "icon"))
        and isinstance(value[name], str | list | Mapping)
        and (isinstance(value[name], list | Mapping) or _looks_like_address(value[name]))
    ]
    if not inside:
        yield "an object without an address"
    # `{"front": …, "back": …}`: each of its values is a picture.
    for name in inside:
        yield from _read(value[name])


def _looks_like_address(text: str) -> bool:
    return "/" in text or "." in text


def _absolute(image: Mapping[str, str], rules: PictureRules) -> str | ValueError:
    url = image.get("url")
    if url is None:
        if rules.cloud_name is None:
            name = image["public_id"][:60]
            return ValueError(f"public id {name!r} without an address (--cloudinary-cloud NAME makes one)")
        return (
            f"https://res.cloudinary.com/{quote(rules.cloud_name)}/image/upload/{quote(image['public_id'])}"
        )
    if url.startswith("//"):
        return f"https:{url}"
    # Cloudinary answers both, and the consumer fetches over TLS alone.
    if url.startswith(_CLOUDINARY):
        return f"https://{url.removeprefix('http://')}"
    if _SCHEME.match(url):
        return url
    if rules.base_url is None:
        return ValueError(f"the address {url[:60]!r} is relative (--image-base-url says to what)")
    return urljoin(f"{rules.base_url.rstrip('/')}/", url.replace("\\", "/"))
