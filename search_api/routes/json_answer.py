"""A model as a response."""

from flask import Response
from pydantic import BaseModel


def json_answer(model: BaseModel, status: int = 200) -> Response:
    """As JSON; not to be kept by caches, since the next event may change it."""
    return Response(
        model.model_dump_json(),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-cache"},
    )
