"""From the log, or from the promoted generation's records: what a new generation is built from. Pure."""

from consumer.errors import ReindexRefused
from consumer.reindex.build_mark import BuildMark, BuildSource

LOG_OPTION, RECORDS_OPTION = "--from-log", "--from-records"


def choose_source(
    asked: BuildSource | None,
    mark: BuildMark | None,
    *,
    log_lacks: str | None,
    records_lack: str | None,
) -> BuildSource:
    """What to build from. An interrupted build goes on as it began.

    asked: by the option, None without one. mark: of the generation, None where no build has begun.
    log_lacks, records_lack: why it cannot be built from there; None: it can.
    Raises ReindexRefused.
    """
    if mark is not None:
        if asked is not None and asked is not mark.source:
            raise ReindexRefused(
                f"this build began from the {mark.source.value} and goes on like that: leave the option out, "
                "or give --suffix to begin another one"
            )
        return mark.source
    if asked is BuildSource.RECORDS or (asked is None and log_lacks is not None and records_lack is None):
        if records_lack is not None:
            raise ReindexRefused(f"{RECORDS_OPTION} is not possible: {records_lack}")
        return BuildSource.RECORDS
    # Where no records can be had, what the log still holds is all that there is.
    if log_lacks is not None and records_lack is None:
        raise ReindexRefused(f"{LOG_OPTION} is not possible: {log_lacks}; {RECORDS_OPTION} is")
    return BuildSource.LOG
