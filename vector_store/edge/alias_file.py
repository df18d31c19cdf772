"""The alias of an embedded store: a small file that names the promoted generation and the one before."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from vector_store.edge.failures import first_line
from vector_store.edge.json_file import write_atomically
from vector_store.errors import StoreCorrupt


@dataclass(frozen=True, slots=True)
class Named:
    """Names of generations, or None."""

    promoted: str | None = None
    previous: str | None = None


class AliasFile:
    """`alias-<collection>.json`; replaced whole, so that both names move in one step."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Named:
        """Whom it names; nobody where there is no file. Raises StoreCorrupt.

        An earlier release wrote no previous one.
        """
        try:
            stored = json.loads(self._path.read_text("utf-8"))
            named = Named(promoted=stored["promoted"], previous=stored.get("previous"))
        except FileNotFoundError:
            return Named()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreCorrupt(f"{self._path} is not readable: {first_line(error)}") from error
        if not isinstance(named.promoted, str):
            raise StoreCorrupt(f"{self._path} is not readable: it names {str(named.promoted)[:100]!r}")
        if not isinstance(named.previous, str | None):
            raise StoreCorrupt(f"{self._path} is not readable: it names {str(named.previous)[:100]!r}")
        return named

    def write(self, named: Named) -> None:
        """Raises OSError."""
        write_atomically(self._path, asdict(named))
