"""What has arrived so far: the memory of an import, in a file if it shall outlast the process."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final

_FORMAT: Final = 1
_SECONDS_A_COMMIT: Final = 1.0
_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS import (description TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS sent (
        product_id TEXT PRIMARY KEY, fingerprint BLOB NOT NULL, sort_order INTEGER NOT NULL,
        deleted INTEGER NOT NULL, checked INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS unchecked ON sent (product_id) WHERE checked = 0;
"""


class StateError(Exception):
    """A state file that cannot be used. `str()` of it is one line."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The last event of a product that has arrived.

    fingerprint: tells what the product looked like. order: the event's, in milliseconds or as a version.
    """

    product_id: str
    fingerprint: bytes
    order: int
    deleted: bool


class SentState:
    """The last arrived event of each product. `checked` are those whose source was seen unchanged afterwards.

    Losing the end of it in a crash is harmless: those events are sent once more. Everything here raises
    StateError where the file cannot be read or written any more, as on a full disk.
    """

    def __init__(
        self,
        path: Path | None,
        description: Mapping[str, Any],
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Open the file, or make it. Raises StateError where it is none or belongs to another import."""
        self._path = path
        self._clock = clock
        self._failed = False
        self._saved_at = clock()
        try:
            self._database = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=1)
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("BEGIN EXCLUSIVE")
            for statement in _TABLES.split(";"):
                self._database.execute(statement)
            self._begin(json.dumps({"format": _FORMAT, **description}, sort_keys=True))
            self._database.execute("COMMIT")
            self._database.execute("BEGIN")
        except sqlite3.Error as error:
            in_use = "locked" in str(error)
            raise StateError(
                f"state file {path}: {'another import is using it' if in_use else error}"
            ) from error

    def get(self, product_id: str) -> Sent | None:
        """The product's last arrived event."""
        with self._in_use():
            row = self._database.execute(
                "SELECT product_id, fingerprint, sort_order, deleted FROM sent WHERE product_id = ?",
                (product_id,),
            ).fetchone()
        return None if row is None else Sent(row[0], row[1], row[2], bool(row[3]))

    def arrived(self, sent: Sent) -> None:
        """Note an event that has arrived; its source has not been looked at since."""
        with self._in_use():
            self._database.execute(
                "INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?, 0)",
                (sent.product_id, sent.fingerprint, sent.order, sent.deleted),
            )
        if self._clock() - self._saved_at >= _SECONDS_A_COMMIT:
            self.save()

    def unchecked(self, *, after: str, limit: int) -> list[Sent]:
        """Events whose source was not seen unchanged yet, in the order of their ids."""
        with self._in_use():
            rows = self._database.execute(
                "SELECT product_id, fingerprint, sort_order, deleted FROM sent "
                "WHERE checked = 0 AND product_id > ? ORDER BY product_id LIMIT ?",
                (after, limit),
            ).fetchall()
        return [Sent(row[0], row[1], row[2], bool(row[3])) for row in rows]

    def count_unchecked(self) -> int:
        """How many those are."""
        with self._in_use():
            row = self._database.execute("SELECT count(*) FROM sent WHERE checked = 0").fetchone()
        return int(row[0])

    def check(self, product_ids: Sequence[str]) -> None:
        """Note that these were seen unchanged after their events had arrived."""
        with self._in_use():
            self._database.executemany(
                "UPDATE sent SET checked = 1 WHERE product_id = ?", [(id_,) for id_ in product_ids]
            )

    def uncheck_all(self) -> None:
        """Have every product looked at again: another process may have ended between two looks."""
        with self._in_use():
            self._database.execute("UPDATE sent SET checked = 0 WHERE checked = 1")

    def save(self) -> None:
        """Keep what was noted."""
        with self._in_use():
            self._database.execute("COMMIT")
            self._database.execute("BEGIN")
        self._saved_at = self._clock()

    def close(self) -> None:
        """Save and close; what failed before has been told, and is not saved."""
        with closing(self._database):
            if not self._failed:
                self.save()

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self._failed = True
            raise StateError(f"state file {self._path}: {error}") from error

    def _begin(self, description: str) -> None:
        row = self._database.execute("SELECT description FROM import").fetchone()
        if row is None:
            self._database.execute("INSERT INTO import VALUES (?)", (description,))
        elif row[0] != description:
            before, now = json.loads(row[0]), json.loads(description)
            differing = sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
            raise StateError(
                f"state file {self._path} belongs to another import (it differs in {', '.join(differing)}): "
                "name another file, or remove this one to send everything again"
            )
