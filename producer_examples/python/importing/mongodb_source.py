"""Products in a MongoDB collection."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from bson import ObjectId
from bson.binary import Binary
from bson.codec_options import CodecOptions
from bson.errors import BSONError, InvalidId
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError

from producer_examples.python.importing.joins import Join, Plain, join
from producer_examples.python.importing.plain_values import plain
from producer_examples.python.importing.source import SourceDocument, SourceError

_BATCH: Final = 200
_CONNECT_MS: Final = 10_000
_INT64_END: Final = 2**63
_MAX_REASON_CHARS: Final = 300
_NO_SUCH_COMMAND: Final = 59


class MongoSource:
    """One collection of a database, with what other collections have to say of its products.

    id_path: where a product's id stands.
    """

    is_live: Final = True

    def __init__(
        self,
        uri: str,
        collection: str,
        *,
        database: str | None = None,
        id_path: str = "_id",
        joins: Sequence[Join] = (),
    ) -> None:
        self._joins = joins
        self._id_path = id_path.replace("[]", "")
        with _in_one_line("MongoDB"):
            self._client: MongoClient[Any] = MongoClient(
                uri, **_unless_said(uri), appname="import_existing_products"
            )
            named = self._named_database(database)
        self._database: Database[Any] = named.with_options(CodecOptions(tz_aware=True, tzinfo=UTC))
        self._collection = self._database[collection]
        address = ",".join(f"{host}:{port}" for host, port in sorted(self._client._topology_settings.seeds))  # noqa: SLF001
        self.description = f"MongoDB {address}/{self._database.name}.{collection}"

    def count(self) -> int | None:
        """As the Source says. For a collection that is not there the SourceError lists those that are."""
        with _in_one_line(self.description):
            count = int(self._collection.count_documents({}))
            if count == 0:
                self._check_exists(self._collection.name)
            for one in self._joins:
                if self._database[one.collection].find_one({}, {"_id": 1}) is None:
                    self._check_exists(one.collection)
        return count

    def documents(self) -> Iterator[SourceDocument]:
        # A driver may have read a batch long before it is asked for: only the start is before every read.
        read_at = datetime.now(UTC)
        with _in_one_line(self.description), self._collection.find({}, batch_size=_BATCH) as found:
            documents = iter(found)
            while batch := list(islice(documents, _BATCH)):
                yield from self._whole(batch, read_at)

    def reread(self, product_ids: Sequence[str]) -> list[SourceDocument]:
        read_at = datetime.now(UTC)
        with _in_one_line(self.description):
            found = self._collection.find(_having(self._id_path, product_ids))
            return self._whole(list(found), read_at)

    def check_unchanged(self) -> None:
        """A live source is read again instead."""

    def raise_version(self, product_id: str, *, path: str, seen: int | None, to: int) -> bool:
        same = {path: {"$exists": False}} if seen is None else {path: seen}
        with _in_one_line(self.description):
            done = self._collection.update_one(
                {**_having(self._id_path, [product_id]), **same}, {"$set": {path: to}}
            )
        return done.matched_count == 1

    def close(self) -> None:
        self._client.close()

    def _named_database(self, otherwise: str | None) -> Database[Any]:
        try:
            return self._client.get_default_database(otherwise)
        except ConfigurationError as error:
            self._client.close()
            raise SourceError(
                "the URI names no database: mongodb://HOST/DATABASE does, or --database"
            ) from error

    def _whole(self, batch: Sequence[Any], read_at: datetime) -> list[SourceDocument]:
        contents: list[Plain] = [plain(document) for document in batch]
        changed = join(contents, self._joins, self._find)
        return [
            SourceDocument(f"_id {content.get('_id')}", content, read_at, beside)
            for content, beside in zip(contents, changed, strict=True)
        ]

    def _find(self, collection: str, path: str, ids: Sequence[str]) -> Iterable[Plain]:
        if not ids:
            return
        for document in self._database[collection].find(_having(path, ids)):
            yield plain(document)

    def _check_exists(self, collection: str) -> None:
        try:
            names = self._database.list_collection_names()
        except OperationFailure as error:
            if error.code == _NO_SUCH_COMMAND:
                return
            raise
        if collection not in names:
            there = ", ".join(sorted(names)) or "none"
            raise SourceError(f"{self._database.name} has no collection {collection!r}; it has: {there}")


def _having(path: str, ids: Sequence[str]) -> dict[str, Any]:
    return {path: {"$in": [candidate for id_ in ids for candidate in _candidates(id_)]}}


def _candidates(product_id: str) -> Iterator[Any]:
    """Yield what may be written in the database for an id: all of these read as the same text."""
    yield product_id
    with suppress(InvalidId):
        yield ObjectId(product_id)
    if product_id.lstrip("-").isdigit() and -_INT64_END <= int(product_id) < _INT64_END:
        yield int(product_id)
    with suppress(ValueError):
        yield Binary.from_uuid(UUID(product_id))


def _unless_said(uri: str) -> dict[str, Any]:
    """How long to look for a server, where the URI does not tell."""
    return {} if "serverselectiontimeoutms" in uri.lower() else {"serverSelectionTimeoutMS": _CONNECT_MS}


@contextmanager
def _in_one_line(what: str) -> Iterator[None]:
    try:
        yield
    except (PyMongoError, BSONError, ValueError, TypeError) as error:
        # What follows is the driver's picture of the servers, of no use to whom it is told.
        line = " ".join(str(error).partition(", Topology Description")[0].split())
        raise SourceError(f"{what}: {line[:_MAX_REASON_CHARS]}") from error
