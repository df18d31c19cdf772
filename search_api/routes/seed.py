"""POST /store_embedding, /store_multiple_embeddings, /upload_image, /remove_embedding."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, request

from search_api.errors import UploadsOff, WritesOff
from search_api.http.access import Access
from search_api.http.api_keys import Scope
from search_api.parts import Parts
from search_api.routes.json_answer import json_answer
from search_api.writing.call_reading import (
    read_remove,
    read_store,
    read_store_several,
    read_upload,
    wait_seconds,
)
from search_api.writing.kept_photo import kept_photo, photo_name
from search_api.writing.product_edit import ImageToStore, ProductEdit
from search_api.writing.product_writer import ProductWriter
from search_api.writing.searchable import SearchableWait
from search_api.writing.write_answer import location_of, write_answer


def seed_routes(parts: Parts, access: Access, *, data_urls: bool, max_upload_bytes: int) -> Blueprint:
    """What a backend of the system before calls. Off where no key has the scope `write`.

    data_urls: whether `data:` images are taken, as uploads become; max_upload_bytes: of one.
    """
    routes = Blueprint("seed", __name__)
    searchable = SearchableWait(parts.index)

    def admitted() -> ProductWriter:
        if parts.writer is None or not access.needs_key(Scope.WRITE):
            raise WritesOff("no API key with the scope write is configured here (SEARCH_API_KEYS)")
        access.require(request, Scope.WRITE)
        return parts.writer

    def published(writer: ProductWriter, edits: Sequence[ProductEdit], seconds: float) -> Response:
        written = writer.write(edits)
        answer = json_answer(write_answer(written, searchable.wait(written, seconds)), HTTPStatus.ACCEPTED)
        if len(written) == 1:
            answer.headers["Location"] = location_of(written[0].product_id)
            answer.autocorrect_location_header = False
        return answer

    @routes.post("/store_embedding")
    def store() -> Response:
        writer, seconds = admitted(), wait_seconds(request)
        return published(writer, read_store(request), seconds)

    @routes.post("/store_multiple_embeddings")
    def store_several() -> Response:
        writer, seconds = admitted(), wait_seconds(request)
        return published(writer, read_store_several(request), seconds)

    @routes.post("/upload_image")
    def upload() -> Response:
        writer, seconds = admitted(), wait_seconds(request)
        if not data_urls:
            raise UploadsOff("uploads travel in the events, which needs IMAGE_DATA_URLS=true here and there")
        data, edit = read_upload(request)
        url = kept_photo(data, parts.decode_limits, parts.photo_lines, max_bytes=max_upload_bytes)
        image = ImageToStore(url, edit.store[0].image_id or photo_name(url))
        return published(writer, [replace(edit, store=(image,))], seconds)

    @routes.post("/remove_embedding")
    def remove() -> Response:
        writer, seconds = admitted(), wait_seconds(request)
        return published(writer, read_remove(request), seconds)

    return routes
