"""What can be asked for, as JSON; forms and URLs say the same in texts."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from product_events.models import MAX_ID_CHARS
from search_api.queries.boxes import Box
from search_api.queries.earlier_names import with_own_names
from search_api.queries.filters import GivenFilters

MAX_LIMIT = 200
DEFAULT_LIMIT = 10
MAX_DEPTH = 200
"""How far down the ranking an answer may reach: offset and limit together."""
MAX_EXAMPLES = 20
MAX_EXCLUDED = 200
MAX_PHOTOS = 8
MAX_QUERIES = 50
EVERY_FACET = "*"
"""Among the facets asked for: all that there are."""
_MAX_FACETS = 50
_MAX_QUERY_ID_CHARS = 10_000


def _number_as_text(value: object) -> object:
    return str(value) if type(value) is int else value


def _every_or_no_facet(value: object) -> object:
    return ([EVERY_FACET] if value else []) if isinstance(value, bool) else value


# As in events, a shop whose ids are numbers need not quote them.
AskedProductId = Annotated[
    str,
    BeforeValidator(_number_as_text),
    Field(min_length=1, max_length=MAX_ID_CHARS),
    WithJsonSchema({"type": ["string", "integer"], "minLength": 1, "maxLength": MAX_ID_CHARS}),
]
_Facets = Annotated[
    list[str],
    BeforeValidator(_every_or_no_facet),
    Field(max_length=_MAX_FACETS),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}, "maxItems": _MAX_FACETS},
                {"type": "boolean"},
            ]
        }
    ),
]
_Examples = Annotated[list[AskedProductId], Field(max_length=MAX_EXAMPLES)]


class SimilarRequest(BaseModel):
    """What to look for, when it is not a photo in the body, and how much of what is found to tell.

    At most one of image_url, product_id and query_id; none is needed where like or unlike say what is wanted.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "anyOf": [
                {"required": [name]} for name in ("image_url", "product_id", "query_id", "like", "unlike")
            ],
            "examples": [
                {"product_id": "665f1c", "limit": 5},
                {
                    "image_url": "https://res.cloudinary.com/demo/image/upload/sample.jpg",
                    "box": {"x": 0.25, "y": 0.1, "width": 0.5, "height": 0.6},
                    "filters": {"category": ["shirt", "blouse"], "price": {"lte": 60}, "in_stock": True},
                    "facets": ["category", "brand"],
                },
                {"like": ["665f1c", "9a2b07"], "unlike": ["77c0de"], "relative_threshold": 0.8},
                {"product_id": "665f1c", "offset": 10, "limit": 10, "exclude": ["9a2b07"]},
            ],
        },
    )

    image_url: Annotated[str, Field(min_length=1, max_length=1_000_000)] | None = Field(
        default=None,
        description="Where the photo is: at an allowed image host, or a data: URL where those are enabled.",
    )
    product_id: AskedProductId | None = Field(
        default=None,
        description="A product of the shop; the answer is what is similar to it, without itself.",
    )
    query_id: Annotated[str, Field(min_length=1, max_length=_MAX_QUERY_ID_CHARS)] | None = Field(
        default=None,
        description="An earlier answer's `query_id`: the same search again, such as with other filters or "
        "the next page, without the photo.",
    )
    like: _Examples = Field(
        default=[],
        description="Products that the answer should be like; they are left out of it. With a query, that "
        "counts as one more of them.",
    )
    unlike: _Examples = Field(
        default=[],
        description="Products that the answer should be unlike; they are left out of it. Alone: what is "
        "least like them.",
    )
    box: Box | None = Field(
        default=None, description="The part of the photo that is looked for; of one photo or image_url."
    )
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Products wanted, at most.")
    offset: int = Field(
        default=0,
        ge=0,
        lt=MAX_DEPTH,
        description=f"Products to skip, for further pages; with limit at most {MAX_DEPTH}.",
    )
    score_threshold: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)] | None = Field(
        default=None, description="The least score of a hit."
    )
    relative_threshold: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = Field(
        default=None, description="The least score of a hit as a fraction of the best hit's score."
    )
    exclude: Annotated[list[AskedProductId], Field(max_length=MAX_EXCLUDED)] = Field(
        default=[], description="Products to leave out; ones that are not there do not matter."
    )
    facets: _Facets = Field(
        default=[],
        description="Fields whose values are to be counted; true: all that can be filtered by.",
    )
    filters: GivenFilters = Field(default_factory=dict, validate_default=False)

    @model_validator(mode="before")
    @classmethod
    def _with_own_names(cls, given: Any) -> Any:
        return with_own_names(given)


class TextRequest(SimilarRequest):
    """The same as texts, where photos come along."""

    weights: Annotated[
        list[Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]], Field(max_length=MAX_PHOTOS)
    ] = Field(default=[], description="How much each photo counts, in their order, comma-separated.")


class BatchRequest(BaseModel):
    """Several queries at once, each by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    # Each is read by itself, so that a bad one fails alone.
    queries: Annotated[
        list[Any],
        Field(min_length=1, max_length=MAX_QUERIES),
        WithJsonSchema(
            {
                "type": "array",
                "items": {"$ref": "#/components/schemas/SimilarRequest"},
                "minItems": 1,
                "maxItems": MAX_QUERIES,
            }
        ),
    ]
