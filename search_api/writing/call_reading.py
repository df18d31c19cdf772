"""From a request of a backend of the system before to the edits that it wants."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from flask import Request

from search_api.errors import InvalidRequest, UnsupportedBody
from search_api.writing import call_fields as fields
from search_api.writing.product_edit import ImageToRemove, ImageToStore, ProductEdit
from search_api.writing.product_writer import once_each

MAX_ITEMS: Final = 200
MAX_WAIT_SECONDS: Final = 30.0
_MAX_JSON_BYTES: Final = 1_000_000
_MAX_URL_CHARS: Final = 10_000
_FORMS: Final = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})

Call = Mapping[str, Any]


def wait_seconds(request: Request) -> float:
    """How long the caller wants to wait, from `?wait=5`. Raises InvalidRequest."""
    unknown = [name for name in request.args if name != "wait"]
    if unknown:
        raise InvalidRequest.of(unknown[0], "unknown; the URL takes only wait")
    given = request.args.get("wait", "0")
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= MAX_WAIT_SECONDS:
        raise InvalidRequest.of("wait", f"should be a number of seconds from 0 to {MAX_WAIT_SECONDS:g}")
    return seconds


def read_store(request: Request) -> list[ProductEdit]:
    """POST /store_embedding. Raises InvalidRequest, UnsupportedBody, and Werkzeug's errors."""
    call = _one(_call(request))
    return [_stored(call, (_image(call, fields.IMAGE_URL),))]


def read_store_several(request: Request) -> list[ProductEdit]:
    """POST /store_multiple_embeddings: images of one product, or items of several. Raises as `read_store`."""
    call = _call(request)
    items = call if isinstance(call, list) else fields.said(call, fields.ITEMS)
    if items is None:
        return [_stored_images(_one(call))]
    if not isinstance(items, list) or not items or len(items) > MAX_ITEMS:
        raise InvalidRequest.of("items", f"should be a list of 1 to {MAX_ITEMS} objects")
    return once_each([_stored_images(_one(each)) for each in items])


def read_upload(request: Request) -> tuple[bytes, ProductEdit]:
    """POST /upload_image: the photo's bytes, and the edit but for it. Raises as `read_store`."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedBody("an upload is multipart/form-data, with the photo as the part file or image")
    call = _one(_call(request))
    files = [each for name in fields.FILE for each in request.files.getlist(name)]
    if len(files) != 1 or len(request.files) != 1:
        raise InvalidRequest.of("file", "one photo is wanted, as the part file or image, with a file name")
    data = files[0].read()
    if not data:
        raise InvalidRequest.of("file", "the photo is empty")
    return data, _stored(call, (ImageToStore("", fields.text(call, fields.IMAGE_ID)),))


def read_remove(request: Request) -> list[ProductEdit]:
    """POST /remove_embedding: an image where one is named, else the product. Raises as `read_store`."""
    call = _one(_call(request))
    product_id = fields.needed(call, fields.PRODUCT_ID)
    name, url = fields.text(call, fields.IMAGE_ID), fields.text(call, fields.IMAGE_URL)
    if name is None and url is None:
        return [ProductEdit(product_id, remove_product=True)]
    return [ProductEdit(product_id, remove=ImageToRemove(name, url))]


def _call(request: Request) -> Any:
    if request.mimetype == "application/json":
        request.max_content_length = min(_MAX_JSON_BYTES, request.max_content_length or _MAX_JSON_BYTES)
        try:
            return orjson.loads(request.get_data(cache=False))
        except orjson.JSONDecodeError as error:
            raise InvalidRequest.of("body", f"is not JSON: {error}") from error
    if request.mimetype in _FORMS:
        try:
            form = request.form
        except ValueError as error:
            raise InvalidRequest.of("body", f"malformed {request.mimetype}: {error}") from error
        return {
            name.removesuffix("[]"): values if _is_list(name, values) else values[0]
            for name, values in form.lists()
        }
    raise UnsupportedBody("a call is application/json, multipart/form-data or a URL-encoded form")


def _is_list(name: str, values: Sequence[str]) -> bool:
    if name.removesuffix("[]") in fields.IMAGES:
        return True
    if len(values) > 1:
        raise InvalidRequest.of(name, f"given {len(values)} times")
    return False


def _one(call: Any) -> Call:
    if not isinstance(call, dict):
        raise InvalidRequest.of("body", "should be an object")
    return call


def _stored_images(call: Call) -> ProductEdit:
    several = fields.said(call, fields.IMAGES)
    if several is None:
        return _stored(call, (_image(call, fields.IMAGE_URL),))
    if not isinstance(several, list) or not several or len(several) > MAX_ITEMS:
        raise InvalidRequest.of("images", f"should be a list of 1 to {MAX_ITEMS} URLs or objects")
    return _stored(
        call,
        tuple(
            _image({"url": each} if isinstance(each, str) else _one(each), fields.URL_OF_AN_IMAGE)
            for each in several
        ),
    )


def _image(call: Call, names: Sequence[str]) -> ImageToStore:
    url = fields.needed(call, names)
    try:
        usable = urlsplit(url).scheme.lower() in {"http", "https"} and len(url) <= _MAX_URL_CHARS
    except ValueError:
        usable = False
    if not usable:
        raise InvalidRequest.of(names[0], "should be an http(s) URL; photos go to /upload_image")
    return ImageToStore(url, fields.text(call, fields.IMAGE_ID))


def _stored(call: Call, images: tuple[ImageToStore, ...]) -> ProductEdit:
    of_product = {
        field: value
        for field, names in fields.OF_THE_PRODUCT.items()
        if (value := fields.said(call, names)) is not None
    }
    if isinstance(attributes := of_product.get("attributes"), str):
        try:
            of_product["attributes"] = json.loads(attributes)
        except ValueError as error:
            raise InvalidRequest.of("attributes", "should be a JSON object") from error
    return ProductEdit(
        fields.needed(call, fields.PRODUCT_ID),
        store=images,
        fields=of_product,
        refetch=fields.said(call, ("refetch",)) in (True, "true", "1"),
    )
