"""Names of payload fields as engines want to read them."""

import re

from vector_store.errors import StoreMisused

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def to_json_path(field: str) -> str:
    """The path of a field (`attributes.colour`), with every part in quotes that is more than a plain name.

    Raises StoreMisused for a name that no engine can look for: an empty one, or one with a quotation mark
    or a backslash.
    """
    return ".".join(_quoted(part) for part in field.split("."))


def _quoted(part: str) -> str:
    if not part or '"' in part or "\\" in part:
        raise StoreMisused(f"no engine can look for a field named {part!r}")
    return part if _PLAIN.fullmatch(part) else f'"{part}"'
