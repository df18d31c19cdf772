"""From the log or from the records: what is possible, and what is chosen."""

import pytest

from consumer.errors import ReindexRefused
from consumer.kafka.group_lag import PartitionLag
from consumer.reindex.build_mark import BuildMark, BuildSource
from consumer.reindex.log_completeness import what_the_log_lacks
from consumer.reindex.positions import starts_of
from consumer.reindex.source_choice import choose_source

LOG, RECORDS = BuildSource.LOG, BuildSource.RECORDS
COMPACTED = {"cleanup.policy": "compact", "retention.ms": "604800000"}
FOR_EVER = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
A_WEEK = FOR_EVER | {"retention.ms": "604800000"}


def at(committed: int | None, low: int = 0, high: int = 9) -> PartitionLag:
    return PartitionLag("products", 1, committed, low, high)


@pytest.mark.parametrize("policy", [COMPACTED, FOR_EVER])
def test_a_log_that_forgets_nothing_is_enough(policy: dict[str, str]) -> None:
    """A compacted topic holds every last state; one without a limit holds everything."""
    assert what_the_log_lacks([at(None)], {"products": policy}) is None


@pytest.mark.parametrize(
    ("policy", "limit"),
    [(A_WEEK, "retention.ms=604800000"), (FOR_EVER | {"retention.bytes": "1000"}, "retention.bytes=1000")],
)
def test_a_policy_that_deletes_is_not(policy: dict[str, str], limit: str) -> None:
    """Even before it has deleted anything."""
    assert limit in (what_the_log_lacks([at(None)], {"products": policy}) or "")


def test_a_log_that_has_forgotten_is_not_enough() -> None:
    """A first offset above 0 says that events are gone."""
    assert "products[1] begins at offset 4" in (what_the_log_lacks([at(None, low=4)], {}) or "")


def test_without_an_option_the_log_is_preferred() -> None:
    """The records are for where the log lacks something."""
    assert choose_source(None, None, log_lacks=None, records_lack=None) is LOG
    assert choose_source(None, None, log_lacks="short", records_lack=None) is RECORDS


def test_where_there_are_no_records_a_short_log_is_all_there_is() -> None:
    """The first generation of a shop, or one that replaces a lost index."""
    assert choose_source(None, None, log_lacks="short", records_lack="none") is LOG
    assert choose_source(LOG, None, log_lacks="short", records_lack="none") is LOG


def test_what_is_asked_for_is_done_or_refused() -> None:
    """The reason is told."""
    assert choose_source(RECORDS, None, log_lacks=None, records_lack=None) is RECORDS
    with pytest.raises(ReindexRefused, match="from-log is not possible: short; --from-records is"):
        choose_source(LOG, None, log_lacks="short", records_lack=None)
    with pytest.raises(ReindexRefused, match="from-records is not possible: none"):
        choose_source(RECORDS, None, log_lacks=None, records_lack="none")


@pytest.mark.parametrize("source", [LOG, RECORDS])
def test_a_build_goes_on_as_it_began(source: BuildSource) -> None:
    """Its group stands where the first call put it; from the other source something would be missing."""
    mark = BuildMark(source, finished=False)
    assert choose_source(None, mark, log_lacks="x", records_lack="y") is source
    assert choose_source(source, mark, log_lacks="x", records_lack="y") is source
    other = LOG if source is RECORDS else RECORDS
    with pytest.raises(ReindexRefused, match="--suffix"):
        choose_source(other, mark, log_lacks=None, records_lack=None)


def test_a_copy_begins_where_the_promoted_group_stands() -> None:
    """A partition that it has not begun is read from its beginning."""
    assert starts_of([at(5)], "g") == {("products", 1): 5}
    assert starts_of([at(None)], "g") == {("products", 1): 0}


@pytest.mark.parametrize(("standing", "why"), [(at(3, low=4), "lack"), (at(None, low=4), "not known")])
def test_records_that_may_lack_events_are_not_copied(standing: PartitionLag, why: str) -> None:
    """The gap would be copied with them."""
    with pytest.raises(ReindexRefused, match=why):
        starts_of([standing], "g")
