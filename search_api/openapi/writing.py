"""The endpoints that write, as OpenAPI has them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from search_api import problems
from search_api.problems import ProblemType
from search_api.writing import call_fields as fields
from search_api.writing.call_reading import MAX_ITEMS, MAX_WAIT_SECONDS
from search_api.writing.write_answer import WriteAnswer, WrittenImage, WrittenProduct

_HTTP = problems.HTTP_PROBLEMS
KINDS: Final[Sequence[ProblemType]] = (
    _HTTP[400],
    problems.UNFORESEEN,
    problems.INVALID,
    problems.KEY_NEEDED,
    problems.SCOPE_MISSING,
    problems.WRITES_OFF,
    problems.UNSUPPORTED,
    _HTTP[408],
    _HTTP[413],
    problems.EVENT_TOO_BIG,
    problems.NOT_PUBLISHED,
    problems.TOO_MANY_WRITES,
    problems.INDEX_BEHIND,
    problems.ORDER_AHEAD,
    problems.ORDER_DIFFERS,
    problems.NO_GENERATION,
    problems.STORE_UNAVAILABLE,
    problems.STORE_UNREADABLE,
    _HTTP[503],
)
_OF_REMOVING = (problems.PRODUCT_UNKNOWN, problems.IMAGE_UNKNOWN)
_OF_UPLOADS = (
    problems.UPLOADS_OFF,
    problems.IMAGE_UNREADABLE,
    problems.IMAGE_TOO_LARGE,
    problems.TOO_BUSY,
)
EXAMPLE: Final = WriteAnswer(
    products=[
        WrittenProduct(
            product_id="665f1c",
            event="product.updated",
            location="/products/665f1c",
            searchable=False,
            images=[
                WrittenImage(
                    image_id="a",
                    key="https://res.cloudinary.com/demo/image/upload/v1699/a.jpg",
                    status="published",
                )
            ],
        )
    ]
)
_ALSO: Final = "Off until an API key with the scope `write` is configured. Unknown fields are ignored."
_WAIT: Final = {
    "name": "wait",
    "in": "query",
    "description": "Seconds to wait until the change is searchable; the answer says whether it is.",
    "schema": {"type": "number", "minimum": 0, "maximum": MAX_WAIT_SECONDS, "default": 0},
}
Responses = Callable[[Iterable[ProblemType]], dict[str, Any]]


def writing_paths(responses: Responses) -> dict[str, Any]:
    """The paths. responses: the answers of an operation, from its problems."""
    of_image, of_product = _image_fields(), _product_fields()
    items = {
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_ITEMS,
        "items": {"type": "object"},
        "description": "Of several products: objects with the fields of one.",
    }
    images = {
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_ITEMS,
        "items": {"type": ["string", "object"]},
        "description": "Pictures of one product: URLs, or objects with a URL and a name.",
    }
    photo = {"type": "string", "contentMediaType": "image/*", "description": "The photo, with a file name."}
    return {
        "/store_embedding": _post(
            "store_embedding",
            "Add a picture to a product, by its URL",
            "A picture with the same name or URL is replaced; the product's others stay. A product that is "
            "not there is made.",
            _bodies({**of_product, **of_image}),
            responses(KINDS),
        ),
        "/store_multiple_embeddings": _post(
            "store_multiple_embeddings",
            "Add pictures to one product, or to several products",
            "One event for each product. After a failure the same call may be made again: what is there "
            "already is not added twice.",
            _bodies(
                {**of_product, **_named(fields.IMAGES, images), **of_image, **_named(fields.ITEMS, items)}
            ),
            responses(KINDS),
        ),
        "/upload_image": _post(
            "upload_image",
            "Add a photo itself to a product",
            "It is kept as a JPEG of at most 60 kB inside the product's event, so both services need "
            "IMAGE_DATA_URLS=true. Without a name it gets one, which the answer tells.",
            {
                "multipart/form-data": {
                    "schema": _object(
                        {
                            **of_product,
                            **_named(fields.IMAGE_ID, _text("The picture's name.")),
                            **_named(fields.FILE, photo),
                        }
                    )
                }
            },
            responses((*KINDS, *_OF_UPLOADS)),
        ),
        "/remove_embedding": _post(
            "remove_embedding",
            "Remove a picture of a product, or the product",
            "With the picture's name or URL, that picture; with neither, the product.",
            _bodies({**_named(fields.PRODUCT_ID, _text("The product's id.")), **of_image}),
            responses((*KINDS, *_OF_REMOVING)),
        ),
    }


def _post(
    name: str, summary: str, description: str, bodies: Mapping[str, Any], responses: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "post": {
            "operationId": name,
            "summary": summary,
            "description": f"{description} {_ALSO}",
            "security": [{"bearer": []}, {"header": []}],
            "parameters": [_WAIT],
            "requestBody": {"required": True, "content": bodies},
            "responses": responses,
        }
    }


def _bodies(properties: Mapping[str, Any]) -> dict[str, Any]:
    schema = _object(properties)
    return {
        kind: {"schema": schema}
        for kind in ("application/json", "multipart/form-data", "application/x-www-form-urlencoded")
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties)}


def _product_fields() -> dict[str, Any]:
    described = {
        name: schema
        for field, names in fields.OF_THE_PRODUCT.items()
        for name, schema in _named(names, _of_product(field)).items()
    }
    refetch = {"type": ["boolean", "string"], "description": "Download pictures again whose URL is known."}
    return {**_named(fields.PRODUCT_ID, _text("The product's id.")), **described, "refetch": refetch}


def _of_product(field: str) -> dict[str, Any]:
    if field == "attributes":
        return {"type": ["object", "string"], "description": "As in an event; in a form, as JSON."}
    return {
        "type": ["string", "number", "boolean"],
        "description": f"The product's `{field}`, as in an event. Left out, it stays as it is.",
    }


def _image_fields() -> dict[str, Any]:
    return {
        **_named(fields.IMAGE_URL, _text("The picture's URL.")),
        **_named(fields.IMAGE_ID, _text("The picture's name within the product.")),
    }


def _named(names: Sequence[str], schema: Mapping[str, Any]) -> dict[str, Any]:
    first, *others = names
    same = {**schema, "description": f"The same as `{first}`."}
    return {first: dict(schema), **dict.fromkeys(others, same)}


def _text(description: str) -> dict[str, Any]:
    return {"type": ["string", "integer"], "description": description}
