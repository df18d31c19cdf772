"""What the index holds and how fresh it is, as its consumer last said in the status point."""

from collections.abc import Callable, Mapping
from typing import Any

from search_api.index.current_index import CurrentIndex
from search_api.index.index_watch import SILENT_AFTER_SECONDS
from search_api.schemas import PartitionPosition, StatsAnswer, moment
from vector_store import ProductIndex


def index_stats(current: CurrentIndex, now_ms: Callable[[], int]) -> StatsAnswer:
    """Of the promoted generation. Blocks for four counts and a look-up. Raises NoGeneration, StoreError.

    now_ms: milliseconds since 1970.
    """

    def stats(index: ProductIndex) -> StatsAnswer:
        generation = index.generation
        status: Mapping[str, Any] = index.status() or {}
        written_ms = status.get("written_at_ms")
        since_ms = generation.created_at_ms if written_ms is None else written_ms
        silent_seconds = max(0.0, (now_ms() - since_ms) / 1000)
        audited_ms = status.get("audited_at_ms")
        return StatsAnswer(
            generation=generation.name,
            model_version=generation.model_version,
            generation_created=moment(generation.created_at_ms),
            products=(products := index.count_live()),
            products_deleted=max(0, index.count_records() - products),
            products_with_pending_images=index.count_pending(),
            images=index.count_images(),
            kept_up_to_date=silent_seconds < SILENT_AFTER_SECONDS,
            status_time=None if written_ms is None else moment(written_ms),
            silent_seconds=round(silent_seconds, 1),
            lag_messages=status.get("lag_messages"),
            lag_seconds=status.get("lag_seconds"),
            unfinished_messages=status.get("unfinished_messages"),
            positions=[PartitionPosition(**each) for each in status.get("positions", [])],
            audit_time=moment(audited_ms) if audited_ms else None,
        )

    return current.do(stats)
