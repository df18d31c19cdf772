"""`python -m search_api`."""

import signal
import sys
from contextlib import ExitStack
from threading import Event
from types import FrameType

import click
import structlog
from pydantic import ValidationError

from model.errors import ModelError
from search_api.errors import SearchApiError
from search_api.photos.freed_memory import return_freed_memory
from search_api.settings import SearchApiSettings
from search_api.wiring import api_server, built_parts, status_server
from telemetry import configure_logging
from telemetry.interpreter import collect_less_often, take_turns_often
from vector_store import StoreError

_log = structlog.get_logger()


@click.command(
    epilog="""
\b
Examples:
  QDRANT_PATH=/var/lib/index python -m search_api
  QDRANT_PATH=index SEARCH_API_HOST=0.0.0.0 SEARCH_API_PORT=80 python -m search_api
  SEARCH_API_KEYS=shop:search:$(printf %s "$KEY" | sha256sum | cut -d' ' -f1) python -m search_api

Settings come from the environment; docs/reference/settings.md lists them. SIGTERM and Ctrl-C stop it
once the requests under way are answered; a second signal stops it at once.
"""
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error that ends the command.")
def main(*, debug: bool) -> None:
    """Answer which products look like a photo, an image's URL or a product: the HTTP API and its page."""
    try:
        _run(SearchApiSettings())
    except ValidationError as error:
        _fail(error, "; ".join(_setting_errors(error)), debug=debug)
    except (SearchApiError, StoreError, ModelError, OSError) as error:
        _fail(error, str(error), debug=debug)


def _run(settings: SearchApiSettings) -> None:
    return_freed_memory()
    collect_less_often()
    take_turns_often()
    configure_logging("search-api", level=settings.log_level)
    stop = _stop_signal()
    with built_parts(settings) as parts, ExitStack() as stack:
        servers = []
        for make in (api_server, status_server):
            servers.append(make(parts, settings))
            stack.callback(servers[-1].stop)
        for server in servers:
            server.start()
        _log.info(
            "listening",
            address=f"http://{settings.search_api_host}:{servers[0].port}/",
            status_address=f"http://{settings.search_api_status_host}:{servers[1].port}/",
        )
        stop.wait()
        _log.info("stopping")


def _stop_signal() -> Event:
    """An event that SIGTERM or Ctrl-C sets; the second signal has its usual effect, at once."""
    stop = Event()

    numbers = (signal.SIGTERM, signal.SIGINT)

    def handle(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
        stop.set()

    for number in numbers:
        signal.signal(number, handle)
    return stop


def _setting_errors(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(part) for part in each['loc']).upper() or 'settings'}: {each['msg']}"
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _fail(error: Exception, line: str, *, debug: bool) -> None:
    if debug:
        raise error
    click.echo(f"search_api: {line}", err=True)
    sys.exit(1)
