"""What the index holds of each product, as `consumer products --all --json` prints it."""

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_TIMEOUT_SECONDS: Final = 3_600
_MAX_REASON_CHARS: Final = 300
_CORRUPT: Final = "a product record is not readable"


class ListingError(Exception):
    """A listing that could not be made or read. `str()` of it is one line."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """One product's record. order: of its last event. product: what that said, without its images.

    images: address and version of each, in their order.
    """

    product_id: str
    live: bool
    order: int
    product: Mapping[str, Any]
    images: tuple[tuple[str, str | None], ...]


def own_command(root: Path) -> tuple[str, ...]:
    """This repository's consumer, run where the caller is: so are the paths in its settings."""
    start = (
        f"import runpy, sys; sys.path[0] = {str(root)!r}; runpy.run_module('consumer', run_name='__main__')"
    )
    return (sys.executable, "-c", start, "products", "--all", "--json")


def list_index(command: Sequence[str]) -> dict[str, Indexed]:
    """Run the command and read what it prints, by product id. Raises ListingError."""
    shown = "python -m consumer products" if command[1:2] == ("-c",) else shlex.join(command)
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=_TIMEOUT_SECONDS, text=True)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
        raise ListingError(f"`{shown}`: {error}") from error
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise ListingError(f"`{shown}` ended with status {done.returncode}: {words[:_MAX_REASON_CHARS]}")
    # A record that cannot be read is told there and left out: its product would seem to be missing.
    for line in done.stderr.splitlines():
        if _CORRUPT in line:
            raise ListingError(f"`{shown}`: {line[:_MAX_REASON_CHARS]}")
    return {indexed.product_id: indexed for indexed in map(_indexed, done.stdout.splitlines())}


def _indexed(line: str) -> Indexed:
    try:
        told = json.loads(line)
        return Indexed(
            product_id=told["product_id"],
            live=told["state"] == "live",
            order=int(told["order"]),
            product=told["product"] or {},
            images=tuple((image["url"], _version(image)) for image in told["images"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ListingError(
            f"the index's listing has an unknown line ({type(error).__name__} {error}): {line[:80]!r}; "
            "is it printed by `python -m consumer products --all --json` of this version?"
        ) from error


def _version(image: Mapping[str, Any]) -> str | None:
    """An image's key is its address, or that and a version."""
    _, separator, version = str(image["key"]).partition("\n")
    return version if separator else None
