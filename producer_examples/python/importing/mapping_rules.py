"""How documents are read: which path fills which field, and what they leave out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from producer_examples.python.importing.field_names import BadPath, parts_of
from producer_examples.python.importing.pictures import PictureRules

FIELDS: Final = (
    "id",
    "name",
    "category",
    "brand",
    "price",
    "currency",
    "in_stock",
    "url",
    "images",
    "version",
    "time",
    "deleted",
    "attributes",
)
ATTRIBUTE_PREFIX: Final = "attributes."


@dataclass(frozen=True, slots=True)
class MappingRules:
    """How documents are read.

    paths: a path in the document by the field of the event that it fills; these fields are looked for nowhere
    else. `attributes.colour` fills one attribute, `attributes` takes a whole object. currency: of prices that
    have none. url_template: `{id}` and the names of the document's own fields are filled in. max_images:
    further ones are left out.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    pictures: PictureRules = field(default_factory=PictureRules)
    currency: str | None = None
    url_template: str | None = None
    max_images: int = 50


def parse_map(text: str) -> tuple[str, str]:
    """Return field and path of `field=path`. Raises ValueError."""
    name, equals, path = (part.strip() for part in text.partition("="))
    if not equals or not path:
        raise ValueError(f"{text!r} is not field=path")
    if name not in FIELDS and not (name.startswith(ATTRIBUTE_PREFIX) and len(name) > len(ATTRIBUTE_PREFIX)):
        raise ValueError(f"{name!r} is no field: they are {', '.join(FIELDS)} and attributes.NAME")
    try:
        parts_of(path)
    except BadPath as error:
        raise ValueError(str(error)) from error
    return name, path
