"""What one start remembers for the next."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from standalone.errors import FolderUnusable

EMBEDDED = "embedded"


class Memory(BaseModel):
    """The demo's own notes.

    kafka: where the events are: EMBEDDED or bootstrap servers.
    run_id: part of the names of topics on a Kafka that is not the demo's own.
    image_port: part of the image URLs, which are image keys; it must stay.
    indexed_catalogue: the digest of the catalogue that was published and became searchable, whole.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kafka: str | None = None
    run_id: str | None = None
    image_port: int | None = None
    indexed_catalogue: str | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """What was remembered; nothing where the file is new and empty. Raises FolderUnusable."""
        try:
            text = path.read_text("utf-8")
            return cls.model_validate_json(text) if text else cls()
        except OSError as error:
            raise FolderUnusable(f"cannot read {path}: {error.strerror}") from error
        except (ValidationError, UnicodeDecodeError) as error:
            raise FolderUnusable(f"{path} is damaged: --reset starts over") from error

    def write(self, path: Path) -> None:
        """Replace what was remembered, atomically. Raises FolderUnusable."""
        temporary = path.with_suffix(".tmp")
        try:
            temporary.write_text(self.model_dump_json(indent=1), "utf-8")
            temporary.replace(path)
        except OSError as error:
            raise FolderUnusable(f"cannot write {path}: {error.strerror}") from error
