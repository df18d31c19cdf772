"""`consumer reindex`: build a new generation beside the promoted one, and compare, promote, stay."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import click
import structlog

from consumer.commands.status_port import status_server
from consumer.commands.stop_signals import stop_signals
from consumer.errors import ReindexRefused, StatusPortTaken
from consumer.reindex.build_mark import BuildSource
from consumer.reindex.console_watcher import console_watcher
from consumer.reindex.outcome_in_words import lines_of
from consumer.reindex.rebuild import Reindex, ReindexOutcome, ReindexRequest
from consumer.service import ConsumerService
from consumer.settings import ConsumerSettings
from model.errors import ModelVersionMissing
from model.model_files import ModelFiles
from model.onnx_embedder import read_info
from telemetry import configure_logging
from vector_store import open_store

EXIT_FINDINGS = 3
EXIT_UNFINISHED = 130
_LOWEST_PRIORITY = 19
_FEW_FETCHES = 4

_log = structlog.get_logger()


@click.command()
@click.option(
    "--model",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The exported model (.onnx) to build with; without it MODEL_PATH, else the promoted generation's.",
)
@click.option(
    "--suffix", metavar="S", help="End of the new generation's name, for another of the same model."
)
@click.option(
    "--from-records",
    "source",
    flag_value=BuildSource.RECORDS.value,
    help="Begin with a copy of the promoted generation's records.",
)
@click.option(
    "--from-log", "source", flag_value=BuildSource.LOG.value, help="Begin at the beginning of the topics."
)
@click.option("--refetch", is_flag=True, help="Download every image again, those given up included.")
@click.option("--promote", is_flag=True, help="Once it is complete and its audit is clean, search it.")
@click.option("--exit", "exits", is_flag=True, help="With --promote: end then, instead of consuming on.")
@click.option(
    "--low-priority", is_flag=True, help="Leave the machine to others: nice, one core, few fetches."
)
@click.option("--json", "as_json", is_flag=True, help="The outcome as one JSON object.")
@click.pass_obj
def reindex(
    options: dict[str, bool],
    *,
    model: Path | None,
    suffix: str | None,
    source: str | None,
    refetch: bool,
    promote: bool,
    exits: bool,
    low_priority: bool,
    as_json: bool,
) -> None:
    """Build a new generation while the promoted one serves; the same command again goes on after a stop.

    It is named <COLLECTION>-<model version>[-SUFFIX], built to the end of the topics, audited, and compared
    with the promoted generation. Built from the log where the topics still hold everything, otherwise from
    the promoted generation's records and the log after them. With --promote searches then move to it, and
    this process stays as its consumer. Without, it ends and says how to go on.

    Exit status: 0 it is complete, 3 it is and its audit found what it could not put right, 130 it was stopped
    before; 1 and 2 are errors.

    \b
    Examples:
      python -m consumer reindex --model new.onnx
      python -m consumer reindex --model new.onnx --promote --low-priority
      python -m consumer reindex --suffix 2 --from-log --promote --exit
    """
    asked = ConsumerSettings()
    configure_logging("consumer", level="DEBUG" if options["debug"] else asked.log_level)
    settings = _settings_for(asked, model, low_priority=low_priority)
    if promote and model is not None:
        _refuse_unless_services_find(asked, model)
    if low_priority:
        _step_back()
    request = ReindexRequest(suffix, None if source is None else BuildSource(source), refetch, promote, exits)
    stop = Event()
    with stop_signals() as signals, closing(open_store(settings)) as store, console_watcher() as watcher:
        signals.started(stop.set)
        outcome = Reindex(
            settings,
            store,
            request,
            watcher=watcher,
            stop=stop,
            serve=lambda service: _status_server_if_free(settings, service),
        ).run()
    _tell(outcome, as_json=as_json)
    if not outcome.finished:
        sys.exit(EXIT_UNFINISHED)
    if outcome.audit is not None and not outcome.audit.sound:
        sys.exit(EXIT_FINDINGS)


def _settings_for(asked: ConsumerSettings, model: Path | None, *, low_priority: bool) -> ConsumerSettings:
    changed: dict[str, object] = {}
    if model is not None:
        changed["model_path"] = model
    if low_priority:
        changed |= {
            "embed_threads": 1,
            "embed_calls": 1,
            "fetch_threads": min(asked.fetch_threads, _FEW_FETCHES),
        }
    return asked.model_copy(update=changed)


def _step_back() -> None:
    """Run when others leave a core alone: this thread, and those that it starts from here on.

    On Linux by SCHED_IDLE too, since others that wake up then displace it at once, where nice 19 only makes
    its turns short.
    """
    os.nice(_LOWEST_PRIORITY)
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _refuse_unless_services_find(settings: ConsumerSettings, model: Path) -> None:
    """Searches of a promoted generation need its model, and they look where these settings say."""
    version = read_info(model).model_version
    try:
        ModelFiles(settings).load(version)
    except ModelVersionMissing as error:
        raise ReindexRefused(
            f"{model} is model {version}, which MODEL_DIR ({settings.model_dir}) lacks: put a copy there, "
            "and where the search API looks, before the generation is promoted"
        ) from error


@contextmanager
def _status_server_if_free(settings: ConsumerSettings, service: ConsumerService) -> Iterator[None]:
    """The promoted generation's consumer may have the port on this machine, and keeps it."""
    try:
        server = status_server(settings, service)
        server.__enter__()
    except StatusPortTaken as error:
        _log.warning("no status server", reason=str(error))
        yield
        return
    try:
        yield
    finally:
        server.__exit__(None, None, None)


def _tell(outcome: ReindexOutcome, *, as_json: bool) -> None:
    if not as_json:
        for line in lines_of(outcome):
            click.echo(line)
        return
    audit = outcome.audit
    told = {
        "generation": outcome.generation,
        "instead_of": outcome.instead_of,
        "source": outcome.source.value,
        "resumed": outcome.resumed,
        "finished": outcome.finished,
        "promoted": outcome.promoted,
        "audit": None
        if audit is None
        else {"clean": audit.sound, "findings": {kind.value: n for kind, n in audit.findings.items()}},
        "comparison": None if outcome.comparison is None else outcome.comparison.to_json(),
    }
    click.echo(json.dumps(told))
