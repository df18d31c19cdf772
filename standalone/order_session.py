"""One order, given to the demo that runs on a folder, or carried out here where none runs."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from threading import Event

from consumer.reindex.watching import Watcher
from standalone.beginning import prepare_ground
from standalone.catalogue import read_catalogue
from standalone.control_client import give_order, read_address
from standalone.data_folder import control_of, memory_of
from standalone.generations import Generations
from standalone.memory import EMBEDDED, Memory
from standalone.model_shelf import shelve_model
from standalone.options import DemoOptions
from standalone.orders import Done, Order, carry_out
from standalone.ports import any_free_port
from standalone.screen import Screen
from vector_store import open_store

Watching = Callable[[], AbstractContextManager[Watcher]]
"""Begins to show what happens, until the block ends."""


def obey(order: Order, data_dir: Path, *, screen: Screen, watching: Watching) -> Done:
    """Have it carried out. Blocks until it is; a KeyboardInterrupt ends it, and it can be given again.

    Raises DemoError and the services' own errors.
    """
    memory = memory_of(data_dir)
    address = read_address(control_of(data_dir))
    if address is not None:
        with watching() as watcher:
            done = give_order(order, address, watcher)
        if done is not None:
            return done
    with ExitStack() as ending:
        options = _options_for(data_dir, memory)
        ground = prepare_ground(options, read_catalogue(), screen, ending, with_api=False)
        settings = ground.settings
        shelve_model(settings.model_path, settings.model_dir)
        store = ending.enter_context(closing(open_store(settings)))
        generations = Generations(settings, store, {}, stays=False)
        ending.callback(generations.stop)
        watcher = ending.enter_context(watching())
        return carry_out(order, generations, watcher=watcher, stop=Event())


def _options_for(data_dir: Path, memory: Memory) -> DemoOptions:
    return DemoOptions(
        data_dir=data_dir,
        # Nobody else is to find the broker meanwhile.
        broker_port=any_free_port(),
        bootstrap_servers=None if memory.kafka in {None, EMBEDDED} else memory.kafka,
    )
