"""The source that a command line names."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from producer_examples.python.importing.csv_files import is_shopify, read_csv, read_shopify_csv
from producer_examples.python.importing.file_source import FileSource, ReadFile
from producer_examples.python.importing.joins import Join
from producer_examples.python.importing.json_files import read_json_lines, read_json_list
from producer_examples.python.importing.source import Source, SourceError

_READERS: Final[dict[str, ReadFile]] = {
    "csv": read_csv,
    "shopify": read_shopify_csv,
    "jsonl": read_json_lines,
    "json": read_json_list,
}
FORMATS: Final = tuple(_READERS)
_FORMAT_OF_SUFFIX: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
}
_MONGODB: Final = ("mongodb://", "mongodb+srv://")


def is_mongodb(name: str) -> bool:
    """Say whether a source is a database, not a file."""
    return name.startswith(_MONGODB)


def open_source(
    name: str,
    *,
    file_format: str | None,
    collection: str,
    database: str | None,
    id_path: str,
    joins: Sequence[Join],
    as_of: datetime | None,
) -> Source:
    """Open a MongoDB by its URI, or a file by its path. Raises SourceError."""
    if is_mongodb(name):
        try:
            # Files are read without pymongo.
            from producer_examples.python.importing.mongodb_source import MongoSource  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise SourceError(f"MongoDB needs the package pymongo (pip install pymongo): {error}") from error
        return MongoSource(name, collection, database=database, id_path=id_path, joins=joins)
    if "://" in name:
        raise SourceError(
            f"{name.partition('://')[0]}:// is no source: mongodb:// and mongodb+srv:// are, and files"
        )
    path = Path(name)
    if path.is_dir():
        raise SourceError(f"{path} is a folder")
    if joins:
        raise SourceError("--join is for MongoDB: a file holds all that there is")
    chosen = file_format or _FORMAT_OF_SUFFIX.get(path.suffix.lower())
    if chosen is None:
        raise SourceError(f"{path}: its name does not tell its format; --format does ({', '.join(FORMATS)})")
    source = FileSource(path, _READERS[chosen], as_of=as_of)
    if chosen == "csv" and file_format is None and is_shopify(path):
        return FileSource(path, read_shopify_csv, as_of=as_of)
    return source
