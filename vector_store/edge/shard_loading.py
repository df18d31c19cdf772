"""An Edge shard is read from its folder."""

from pathlib import Path

import qdrant_edge as edge

from vector_store.edge.disk_space import require_room, taken_bytes
from vector_store.edge.failures import first_line, is_panic
from vector_store.edge.quiet_panics import with_panics_kept_back
from vector_store.errors import StoreCorrupt, StoreUnavailable

_OPTIMISE_FROM_UNINDEXED_POINTS = 20_000


def load_shard(folder: Path, name: str) -> edge.EdgeShard:
    """The shard, optimised if it has grown much; `name` is its generation's. Blocks while its log is read.

    Raises StoreCorrupt, and StoreUnavailable on a full disk.
    """
    if folder.exists():
        require_room(folder)
    try:
        shard = with_panics_kept_back(lambda: edge.EdgeShard.load(str(folder)))
        info = shard.info()
        if info.points_count - info.indexed_vectors_count >= _OPTIMISE_FROM_UNINDEXED_POINTS:
            with_panics_kept_back(lambda: _optimise(shard, folder))
    except BaseException as error:
        # The engine raises nothing more precise than Exception, or panics.
        if not isinstance(error, Exception) and not is_panic(error):
            raise
        raise StoreCorrupt(f"generation {name} in {folder} cannot be opened: {first_line(error)}") from error
    return shard


def _optimise(shard: edge.EdgeShard, folder: Path) -> None:
    try:
        # It writes everything anew before it lets go of the old.
        require_room(folder, more_bytes=taken_bytes(folder))
    except StoreUnavailable:
        return
    shard.optimize()
