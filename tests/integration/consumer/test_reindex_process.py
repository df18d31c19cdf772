"""`python -m consumer reindex` as its operator meets it: stopped in the middle, and called again."""

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from consumer.commands.reindex import EXIT_UNFINISHED
from consumer.settings import ConsumerSettings
from tests.brokers.owned_process import OwnedProcess
from tests.image_host.scripted_image_host import Answer
from tests.integration.consumer.conftest import Shop

# Their names are what tests ask for.
from tests.integration.consumer.test_reindex import (  # noqa: F401
    NEW,
    OLD,
    PRODUCTS,
    build_old,
    found,
    model_of,
    sell,
    settings_of,
    stores,
)
from tests.services.eventually import eventually
from vector_store import VectorStore, open_store

_JPEG = {"Content-Type": "image/jpeg"}


def test_sigterm_in_the_middle_of_a_build_and_the_same_command_again(
    *,
    shop: Shop,
    settings_of: Callable[..., ConsumerSettings],  # noqa: F811 - the fixtures, by their names
    stores: Callable[..., VectorStore],  # noqa: F811
    model_of: Callable[[str], Path],  # noqa: F811
    photos: list[bytes],
    tmp_path: Path,
) -> None:
    """It ends at once and in order, says that it is not finished, and goes on to what it would have been."""
    sell(shop, photos)
    settings = settings_of(shop, OLD)
    store = stores(settings)
    build_old(shop, settings, store)
    before = found(store, f"products-{OLD}")
    store.close()
    # Half of the pictures are under way for as long as it takes to stop.
    slow = [f"{number}.jpg" for number in range(PRODUCTS // 2, PRODUCTS)]
    for name, photo in zip(slow, photos[PRODUCTS // 2 :], strict=False):
        shop.host.script(name, [Answer(photo, headers=_JPEG, delay_seconds=60)])
    environment = shop.environment(
        MODEL_DIR=str(model_of(NEW).parent), DRAIN_SECONDS="1", IMAGE_DEADLINE_SECONDS="60"
    )
    command = [
        *("env", *(f"{name}={value}" for name, value in environment.items())),
        *(sys.executable, "-m", "consumer", "reindex"),
        *("--model", str(model_of(NEW)), "--promote", "--exit", "--json"),
    ]
    first = OwnedProcess(command, tmp_path / "first.log")
    first.start()
    asked = eventually(lambda: all(shop.host.requests(name) == 2 for name in slow), timeout_seconds=60)
    assert asked, first.log_tail()
    assert first.end(signal.SIGTERM, timeout_seconds=40) == EXIT_UNFINISHED, first.log_tail()
    told = json.loads(first.log_tail(1))
    assert (told["finished"], told["promoted"], told["resumed"]) == (False, False, False)
    for name, photo in zip(slow, photos[PRODUCTS // 2 :], strict=False):
        shop.host.serve(name, photo)
    again = OwnedProcess(command, tmp_path / "again.log")
    again.start()
    assert eventually(lambda: not again.running, timeout_seconds=90), again.log_tail()
    assert again.exit_status == 0, again.log_tail()
    told = json.loads(again.log_tail(1))
    assert (told["finished"], told["promoted"], told["resumed"]) == (True, True, True)
    assert told["audit"]["clean"]
    with_new = open_store(settings)
    assert found(with_new, f"products-{NEW}") == before
    assert with_new.promoted() == f"products-{NEW}"
    with_new.close()
