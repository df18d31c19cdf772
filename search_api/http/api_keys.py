"""Keys that callers may hold, known here by their hashes alone."""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Self

_SHA256_HEX = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")


class Scope(StrEnum):
    """What a key opens."""

    SEARCH = "search"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key by the SHA-256 of its text (32 bytes), with a name for logs and what it opens."""

    name: str
    scopes: frozenset[Scope]
    digest: bytes

    @classmethod
    def parse(cls, entry: str) -> Self:
        """`name:search+write:<sha256 hex>`. Raises ValueError that does not repeat the hash."""
        name, _, rest = entry.strip().partition(":")
        scopes, _, digest = rest.partition(":")
        if not _NAME.fullmatch(name):
            raise ValueError("a key is of the form name:search+write:<sha256 hex>")
        if not _SHA256_HEX.fullmatch(digest.lower()):
            raise ValueError(f"key {name}: the third part is no SHA-256 in 64 hex digits")
        try:
            opened = frozenset(Scope(scope) for scope in scopes.split("+"))
        except ValueError:
            raise ValueError(f"key {name}: scopes are {' and '.join(Scope)}, joined by +") from None
        return cls(name, opened, bytes.fromhex(digest))


class KeyRing:
    """The configured keys. Several may be valid at once, so that one can be replaced by the next."""

    def __init__(self, keys: Iterable[ApiKey]) -> None:
        self._keys = tuple(keys)
        self._scopes: frozenset[Scope] = frozenset().union(*(key.scopes for key in self._keys))

    def guards(self, scope: Scope) -> bool:
        """Whether some key has this scope, so that one is needed."""
        return scope in self._scopes

    def find(self, text: str) -> ApiKey | None:
        """The key with this text, or None; takes as long for a wrong key as for a right one."""
        digest = sha256(text.encode("utf-8", "surrogateescape")).digest()
        found: ApiKey | None = None
        for key in self._keys:
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found
