"""Whether a document is of a product that shoppers must not see any more."""

from collections.abc import Mapping
from typing import Any, Final

from producer_examples.python.importing.field_names import Found, by_names, folded
from producer_examples.python.importing.flags import flag

_REMOVED_IF_TRUE: Final = (
    "isdeleted",
    "deleted",
    "isblocked",
    "blocked",
    "isarchived",
    "archived",
    "ishidden",
    "isdisabled",
    "isremoved",
    "isdraft",
)
_REMOVED_IF_FALSE: Final = (
    "isactive",
    "active",
    "ispublished",
    "published",
    "islisted",
    "isvisible",
    "isenabled",
)
_REMOVED_IF_DATED: Final = ("deletedat", "removedat", "archivedat", "blockedat")
_STATUS: Final = ("status", "productstatus")
_REMOVED_STATUS: Final = frozenset(
    {
        "deleted",
        "archived",
        "inactive",
        "draft",
        "blocked",
        "hidden",
        "disabled",
        "unpublished",
        "unlisted",
        "removed",
        "discontinued",
        "trash",
    }
)


def removed_by(document: Mapping[str, Any]) -> Found | None:
    """Return the field that says that the product is gone, or None for one that is there."""
    for found in by_names(document, _REMOVED_IF_TRUE):
        if flag(found.value) is True:
            return found
    for found in by_names(document, _REMOVED_IF_FALSE):
        if flag(found.value) is False:
            return found
    for found in by_names(document, _REMOVED_IF_DATED):
        if flag(found.value) is not False:
            return found
    for found in by_names(document, _STATUS):
        if isinstance(found.value, str) and folded(found.value) in _REMOVED_STATUS:
            return found
    return None


def says_removed(value: Any) -> bool:
    """Return whether the value of a field that was chosen by hand means that the product is gone."""
    said = flag(value)
    return value not in (None, "", [], {}) if said is None else said
