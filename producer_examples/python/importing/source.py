"""Where products come from, as the import sees it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class SourceError(Exception):
    """A source that cannot be read. `str()` of it is one line."""


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One product's document as plain values.

    place: where it stands, for people. read_at: a moment before it was read, so before all that happens to
    it afterwards. changed_beside: the latest change of what was joined to it.
    """

    place: str
    content: Mapping[str, Any]
    read_at: datetime
    changed_beside: datetime | None = None


@dataclass(frozen=True, slots=True)
class BadDocument:
    """A place that holds no document, and why."""

    place: str
    reason: str


class Source(Protocol):
    """A shop's products. Every call may block for as long as the other side takes, and raises SourceError."""

    @property
    def description(self) -> str:
        """What it is, without secrets: the same source has the same one."""
        ...

    @property
    def is_live(self) -> bool:
        """Whether the shop writes to it: what is missing there has been deleted, and it can be read again."""
        ...

    def count(self) -> int | None:
        """How many documents there are, about; None where nobody knows before they are read."""
        ...

    def documents(self) -> Iterator[SourceDocument | BadDocument]:
        """Read all documents."""
        ...

    def reread(self, product_ids: Sequence[str]) -> list[SourceDocument]:
        """Read these products, some hundred at most, again; missing ones are left out. Live sources only."""
        ...

    def check_unchanged(self) -> None:
        """Raise SourceError where a source that is not live has changed since it was read."""
        ...

    def raise_version(self, product_id: str, *, path: str, seen: int | None, to: int) -> bool:
        """Write this version into the product's document if it still has the one that was seen.

        Of a live source only. False where it was changed meanwhile.
        """
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...
