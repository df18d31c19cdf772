"""Cloudinary delivery URLs: asking for a small rendition instead of the original. Pure.

    host / [cloud] / image / upload|fetch / [transformations…] / [version] / public id

One fixed component goes behind the transformations that are there. What follows them is never touched, since
public ids and fetched URLs hold escapes and `//` that mean something. A folder can look like a transformation
(`c_men`, `t_shirts`), and Cloudinary itself cannot always tell: where this module cannot, it changes nothing.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto

DEFAULT_TRANSFORMATION = "c_limit,h_512,w_512/f_jpg"

_URL = re.compile(
    r"(?P<origin>https?://(?P<host>[A-Za-z0-9.-]+)(?::[0-9]+)?)(?P<path>/[^?#]*)(?P<rest>.*)", re.DOTALL
)
_SHARED_HOST = re.compile(r"res(?:-[0-9]+)?\.cloudinary\.com")
_PRIVATE_HOST = re.compile(r"(?P<cloud>[a-z0-9-]+)-res\.cloudinary\.com")
_VERSION = re.compile(r"v[0-9]+")
_SIGNATURE = re.compile(r"s--[A-Za-z0-9_-]+--")
_REMOTE_URL = re.compile(r"https?(?::|%3a)", re.IGNORECASE)
# Documents, drawings, videos: f_jpg would make something else of them, or nothing.
_NO_PHOTO = re.compile(
    r"\.(?:pdf|svgz?|e?ps|ai|psd|indd|djvu|json|css|js|zip|mp4|webm|mov|avi|m3u8|mpd|mp3|wav|glb|gltf)"
    r"(?:$|\?|%3f)",
    re.IGNORECASE,
)

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
# Parameters whose values have a form that hardly any folder has, or are words of a short list.
_CLOSED_PARAMETERS = {
    "c": r"auto|auto_pad|crop|fill|fill_pad|fit|imagga_crop|imagga_scale|lfill|limit|lpad|mfit|mpad|pad|"
    r"scale|thumb",
    "w": rf"{_NUMBER}|auto(?::.+)?|i?w(?:_.+)?|ih(?:_.+)?",
    "h": rf"{_NUMBER}|auto(?::.+)?|i?h(?:_.+)?|iw(?:_.+)?",
    "f": r"auto(?::.+)?|jpg|jpeg|png|webp|avif|gif|jp2|jxl|wdp|heic|tiff|bmp|ico",
    "q": rf"{_NUMBER}(?::.+)?|auto(?::[a-z]+)?|jpegmini(?::[0-9])?",
    "dpr": rf"{_NUMBER}|auto",
    "ar": rf"{_NUMBER}(?::{_NUMBER})?",
    "r": r"[0-9]+(?::[0-9]+)*|max",
    "x": rf"-?{_NUMBER}",
    "y": rf"-?{_NUMBER}",
    "z": _NUMBER,
    "o": r"[0-9]+",
    "a": r"-?[0-9]+|auto_(?:left|right)|ignore|[vh]flip(?:\..+)?",
    "g": r"auto(?::.+)?|center|custom(?::.+)?|face|faces|north|north_east|north_west|east|west|"
    r"south|south_east|south_west|xy_center|liquid|adv_.+",
    "pg": r"[0-9]+",
    "dn": r"[0-9]+",
}
_CLOSED = {name: re.compile(form) for name, form in _CLOSED_PARAMETERS.items()}
# Parameters that take a name or a text: `t_thumb` may be a transformation, or a folder.
_OPEN = frozenset(("b", "bo", "co", "cs", "d", "e", "fl", "fn", "if", "ki", "l", "t", "u"))


class _Segment(Enum):
    TRANSFORMATION = auto()
    PERHAPS = auto()
    UNKNOWN_VALUE = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Rendition:
    """A URL that asks for a small rendition, and the cloud that is asked."""

    url: str
    cloud: str


def small_rendition(
    url: str, transformation: str = DEFAULT_TRANSFORMATION, custom_hosts: Collection[str] = ()
) -> Rendition | None:
    """The rendition to ask for instead of a URL; None where the URL is to be left alone.

    custom_hosts: hosts (lower case) that deliver for Cloudinary under a name of their own.
    """
    parts = _URL.fullmatch(url)
    if parts is None or not transformation:
        return None
    segments = parts["path"].split("/")[1:]
    start, cloud = _after_cloud(parts["host"].lower(), segments, custom_hosts)
    if cloud is None or f"/{transformation}/" in parts["path"]:
        return None
    position = _insert_position(segments, start)
    if position is None:
        return None
    path = "/".join(("", *segments[:position], transformation, *segments[position:]))
    return Rendition(parts["origin"] + path + parts["rest"], cloud)


def _after_cloud(host: str, segments: list[str], custom_hosts: Collection[str]) -> tuple[int, str | None]:
    """Where `image/…` begins, and whose it is; no cloud means not Cloudinary's."""
    if _SHARED_HOST.fullmatch(host):
        return 1, segments[0] or None
    private = _PRIVATE_HOST.fullmatch(host)
    if private is None and host not in custom_hosts:
        return 0, None
    leaves_cloud_out = len(segments) > 1 and segments[0] == "image" and segments[1] in {"upload", "fetch"}
    return 0 if leaves_cloud_out else 1, private["cloud"] if private else host


def _insert_position(segments: list[str], start: int) -> int | None:
    """Before which segment the component goes; None where that is not certain."""
    if len(segments) < start + 3 or segments[start] != "image":
        return None
    delivery, first = segments[start + 1], start + 2
    # The last one is the public id, or part of it, whatever it looks like.
    end = len(segments) - 1
    if delivery == "fetch":
        remote = [i for i in range(first, len(segments)) if _REMOTE_URL.match(segments[i])]
        if not remote:
            return None
        end = remote[0]
    elif delivery != "upload":
        return None
    if _SIGNATURE.fullmatch(segments[first]) or _NO_PHOTO.search(segments[-1]):
        return None
    return _after_transformations(segments, first, end, end_is_certain=delivery == "fetch")


def _after_transformations(segments: list[str], first: int, end: int, *, end_is_certain: bool) -> int | None:
    doubtful = False
    for position in range(first, end):
        segment = segments[position]
        if _VERSION.fullmatch(segment):
            return position
        kind = _kind(segment)
        if kind is _Segment.UNKNOWN_VALUE or not segment:
            return None
        if kind is _Segment.OTHER:
            return None if doubtful or end_is_certain else position
        doubtful = doubtful or kind is _Segment.PERHAPS
    if end_is_certain:
        return end
    public_id = segments[end]
    return end if public_id and not doubtful and not _VERSION.fullmatch(public_id) else None


def _kind(segment: str) -> _Segment:
    kinds = {_kind_of_parameter(part) for part in re.split(r",|%2C", segment, flags=re.IGNORECASE)}
    for kind in (_Segment.UNKNOWN_VALUE, _Segment.OTHER, _Segment.PERHAPS):
        if kind in kinds:
            return _Segment.UNKNOWN_VALUE if kind is _Segment.OTHER and len(kinds) > 1 else kind
    return _Segment.TRANSFORMATION


def _kind_of_parameter(part: str) -> _Segment:
    name, underscore, value = part.partition("_")
    if not underscore or not value:
        return _Segment.OTHER
    if name in _CLOSED:
        return _Segment.TRANSFORMATION if _CLOSED[name].fullmatch(value) else _Segment.UNKNOWN_VALUE
    if name in _OPEN or name.startswith("$"):
        return _Segment.PERHAPS
    return _Segment.OTHER
