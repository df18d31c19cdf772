"""Fetched files, kept on disk, so that a new model downloads nothing.

A file holds one line of JSON, then the body; its modification time is when a host last confirmed it. Writing
is atomic, a reader checks length and checksum, and a failure of the disk is never more than a miss: so
several processes may share the folder, and anybody may delete it, or anything in it, at any time.

The folder is split into shards, each with its share of the cap. A process counts what it writes to a shard,
and every twentieth of the share looks the shard through and removes what was confirmed longest ago. So one
process keeps to the cap, and each further one may exceed it by a twentieth.
"""

import contextlib
import hashlib
import json
import logging
import os
import secrets
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_SHARD_DIGITS = 1
_SHARDS = 16**_SHARD_DIGITS
_KEEP_OF_SHARE = 0.9
_LOOK_AFTER_OF_SHARE = 0.05
# A larger file would push too many others out of its shard.
_MAX_FILE_OF_SHARE = 0.25
_PART_SUFFIX = ".part"
_FORGOTTEN_PART_SECONDS = 3_600

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """fresh: confirmed so lately that its host need not be asked."""

    body: bytes
    etag: str | None
    last_modified: str | None
    fresh: bool

    def validators(self) -> dict[str, str]:
        """The headers that ask whether it has changed; empty where that cannot be asked."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value is not None}


class RenditionCache:
    """Thread-safe; blocks for the disk only.

    max_bytes: of all files together; fresh_seconds: how long a file is used unasked; now: seconds since 1970.
    """

    def __init__(
        self, folder: Path, max_bytes: int, fresh_seconds: float, now: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._share_bytes = max_bytes // _SHARDS
        self._fresh_seconds = fresh_seconds
        self._now = now
        self._lock = threading.Lock()
        # What this process has written to a shard since it looked it through; one never looked through is
        # absent.
        self._written_bytes: dict[Path, int] = {}
        self._complained = False

    def get(self, url: str, version: str | None = None) -> KeptFile | None:
        """What is kept of a URL (and of an image's own version); None for nothing."""
        path = self._path(url, version)
        try:
            age_seconds = self._now() - path.stat().st_mtime
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._complain(error)
            return None
        kept = _parse(content, fresh=0 <= age_seconds < self._fresh_seconds)
        if kept is None:
            with contextlib.suppress(OSError):
                path.unlink()
        return kept

    def put(
        self,
        url: str,
        version: str | None,
        body: bytes,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> None:
        """Keep a body in place of what was kept of that URL."""
        content = _serialized(body, etag, last_modified)
        if len(content) > self._share_bytes * _MAX_FILE_OF_SHARE:
            return
        path = self._path(url, version)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_PART_SUFFIX}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            os.utime(part, (self._now(), self._now()))
            part.replace(path)
            self._count(path.parent, len(content))
        except OSError as error:
            self._complain(error)
            with contextlib.suppress(OSError):
                part.unlink()

    def renew(self, url: str, version: str | None = None) -> None:
        """Note that the host has confirmed what is kept."""
        with contextlib.suppress(OSError):
            os.utime(self._path(url, version), (self._now(), self._now()))

    def _path(self, url: str, version: str | None) -> Path:
        key = url if version is None else f"{url}\n{version}"
        name = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
        return self._folder / name[:_SHARD_DIGITS] / name

    def _count(self, shard: Path, written_bytes: int) -> None:
        with self._lock:
            written = self._written_bytes.get(shard)
            if written is not None and written + written_bytes < self._share_bytes * _LOOK_AFTER_OF_SHARE:
                self._written_bytes[shard] = written + written_bytes
                return
            self._written_bytes[shard] = 0
        self._look_through(shard)

    def _look_through(self, shard: Path) -> None:
        files: list[tuple[float, int, str]] = []
        with os.scandir(shard) as entries:
            for entry in entries:
                # Another process may have removed it since it was listed.
                with contextlib.suppress(FileNotFoundError):
                    stat = entry.stat()
                    abandoned = self._now() - stat.st_mtime > _FORGOTTEN_PART_SECONDS
                    if entry.name.endswith(_PART_SUFFIX) and abandoned:
                        Path(entry.path).unlink()
                    else:
                        files.append((stat.st_mtime, stat.st_size, entry.path))
        excess_bytes = sum(size for _, size, _ in files) - self._share_bytes * _KEEP_OF_SHARE
        for _, size, name in sorted(files):
            if excess_bytes <= 0:
                break
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            excess_bytes -= size

    def _complain(self, error: OSError) -> None:
        """Once: a full disk would otherwise say so for every image."""
        if not self._complained:
            self._complained = True
            _log.warning("image cache unusable, images are fetched instead: %s", error)


def _serialized(body: bytes, etag: str | None, last_modified: str | None) -> bytes:
    head = {
        "bytes": len(body),
        "crc32": zlib.crc32(body),
        "etag": etag,
        "last_modified": last_modified,
    }
    return json.dumps(head).encode() + b"\n" + body


def _parse(content: bytes, *, fresh: bool) -> KeptFile | None:
    """None for anything but a whole file of ours: a crash may leave half of one."""
    line, newline, body = content.partition(b"\n")
    try:
        head = json.loads(line) if newline else None
    except ValueError:
        return None
    if not isinstance(head, dict) or head.get("bytes") != len(body) or head.get("crc32") != zlib.crc32(body):
        return None
    return KeptFile(body, head.get("etag"), head.get("last_modified"), fresh)
