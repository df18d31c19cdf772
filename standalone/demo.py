"""The demo from its first line to its last."""

from collections.abc import Collection
from contextlib import ExitStack
from threading import Event
from time import monotonic

from consumer.kafka.client_config import client_config
from standalone.beginning import Check, prepare_ground
from standalone.catalogue import Catalogue, read_catalogue
from standalone.control_server import ControlServer
from standalone.data_folder import DataFolder
from standalone.filling import Filling, fill
from standalone.generations import Generations
from standalone.memory import Memory
from standalone.options import DemoOptions
from standalone.report import describe, examples
from standalone.running_services import start_consumer, start_search_api
from standalone.screen import Screen
from standalone.searchable import look, searchable_ids
from standalone.service_settings import search_api_settings

_CHECK_SECONDS = 0.5


def run_demo(options: DemoOptions, screen: Screen, *, began: float) -> bool:
    """Start everything, fill the index if it is not, say what to try, and serve until the first signal.

    began: when the person began to wait, by `monotonic`.
    Returns whether the whole catalogue is searchable; with `exit_when_done` it returns instead of serving.
    Whatever happens, all parts are ended before it returns or raises. Raises DemoError, the services' own
    errors, and KeyboardInterrupt for a signal before it serves.
    """
    catalogue = read_catalogue()
    with ExitStack() as ending:
        ground = prepare_ground(options, catalogue, screen, ending, with_api=True)
        folder, settings = ground.folder, ground.settings
        consumer = start_consumer(settings, screen, ending)
        generations = Generations(settings, consumer.store, {consumer.generation: consumer.thread})
        ending.callback(generations.stop)
        url = start_search_api(search_api_settings(ground.around), consumer.store, screen, ending)
        control = ControlServer(generations, folder.control)
        ending.callback(control.stop)
        control.start()
        if (kept := generations.keep_previous()) is not None:
            screen.done("also kept", f"{kept}, up to date for a rollback")

        def check() -> None:
            ground.check()
            generations.check()

        complete = _have_filled(
            Filling(
                catalogue,
                ground.base_url,
                client_config(settings),
                ground.around.topics,
                consumer.index,
                check,
            ),
            ground.memory,
            folder,
            screen,
            log=str(folder.logs / "services.log"),
        )
        seconds = monotonic() - began
        if options.exit_when_done:
            screen.paragraph(f"Done in {seconds:.1f} s; without --exit it would serve now.")
        else:
            findable = searchable_ids(consumer.index, catalogue.product_ids)
            screen.paragraph(f"Ready in {seconds:.1f} s. In another terminal, try:")
            _say_what_to_try(screen, url, catalogue, findable)
            screen.line(f"Data and logs: {folder.path}")
            _serve(check, screen)
    if not options.exit_when_done:
        screen.line("All has ended. The next start finds its data again.")
    return complete


def _have_filled(filling: Filling, memory: Memory, folder: DataFolder, screen: Screen, *, log: str) -> bool:
    """Fill the index, unless an earlier start has. Returns whether all of it is searchable."""
    ids = filling.catalogue.product_ids
    digest = filling.catalogue.digest(filling.base_url)
    if memory.indexed_catalogue == digest:
        found = look(filling.index, ids, since_ms=0)
        # Fewer where somebody has deleted the index and left the memory.
        if found.settled == len(ids):
            screen.done("index", f"{found.products} products with {found.images} images, as they were left")
            return True
    outcome, seen = fill(filling, screen)
    screen.done("searchable", describe(outcome), seconds=outcome.seconds)
    if missing := len(ids) - seen.settled:
        screen.warning(
            f"{missing} products are not searchable yet, and nothing moves; the consumer "
            f"goes on trying, and {log} says what holds it up"
        )
        return False
    folder.remember(memory.model_copy(update={"indexed_catalogue": digest}))
    return True


def _say_what_to_try(screen: Screen, url: str, catalogue: Catalogue, findable: Collection[str]) -> None:
    product = catalogue.example(findable)
    if product is not None:
        photo = catalogue.folder / product["images"][0]["url"]
        for example in examples(url, product, photo):
            screen.paragraph(f"# {example.question}", style="dim")
            screen.command(example.command)
    screen.paragraph(f"Or drop a photo on the page: {url}/")


def _serve(check: Check, screen: Screen) -> None:
    screen.paragraph("Serving until Ctrl-C.")
    never = Event()
    try:
        while True:
            check()
            never.wait(_CHECK_SECONDS)
    except KeyboardInterrupt:
        # The terminal has written ^C into the line.
        screen.paragraph("Stopping.")
