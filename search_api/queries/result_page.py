"""What of a ranking is told."""

from dataclasses import dataclass
from itertools import takewhile

from search_api.queries.query import Query
from search_api.queries.similar_request import MAX_DEPTH
from vector_store import CheckedProduct, Ranking


@dataclass(frozen=True, slots=True)
class ResultPage:
    """read: the best products that pass the thresholds, from the first on. shown: the page of them."""

    read: tuple[CheckedProduct, ...]
    shown: tuple[CheckedProduct, ...]
    has_more: bool


def page_of(ranking: Ranking, query: Query, *, whole: bool) -> ResultPage:
    """The page that the query asks for; whole: read the ranking to its depth. Blocks; raises StoreError."""
    end = query.offset + query.limit
    # One more, to know whether there is more.
    found = ranking.best(MAX_DEPTH if whole else min(end + 1, MAX_DEPTH), fully=end)
    bar = _bar(found, query)
    good = tuple(takewhile(lambda each: bar is None or each.score >= bar, found))
    return ResultPage(read=good, shown=good[query.offset : end], has_more=len(good) > end and end < MAX_DEPTH)


def _bar(found: list[CheckedProduct], query: Query) -> float | None:
    """The least score that is told."""
    bars = [] if query.score_threshold is None else [query.score_threshold]
    # A fraction of nothing, or of less, would say that the best hit is not good enough.
    if query.relative_threshold is not None and found and found[0].score > 0:
        bars.append(query.relative_threshold * found[0].score)
    return max(bars, default=None)
