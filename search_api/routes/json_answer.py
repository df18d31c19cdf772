"""A model as a response."""

from hashlib import sha256

from flask import Request, Response
from pydantic import BaseModel


def json_answer(model: BaseModel, status: int = 200) -> Response:
    """As JSON; not to be kept by caches, since the next event may change it."""
    return Response(
        model.model_dump_json(),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-cache"},
    )


def kept_answer(model: BaseModel, request: Request, *, seconds: int, private: bool) -> Response:
    """As JSON that callers may keep: 304 where they have it, by its ETag, a hash of the body.

    seconds: for how long they need not even ask. private: no cache that others share may keep it.
    """
    response = json_answer(model)
    response.set_etag(sha256(response.get_data()).hexdigest()[:32])
    scope = "private" if private else "public"
    response.headers["Cache-Control"] = f"{scope}, max-age={seconds}" if seconds else f"{scope}, no-cache"
    response.make_conditional(request)
    return response
