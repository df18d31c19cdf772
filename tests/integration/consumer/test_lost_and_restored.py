"""A lost or restored index never meets another one's offsets: it has a group of its own."""

import json
import shutil
from pathlib import Path
from secrets import token_hex

import pytest

from model.embedder import Embedder
from tests.contract.memory_store import MemoryStore
from tests.integration.consumer.conftest import Shop
from tests.integration.consumer.test_gaps import REPAIR, events, forget, gap_that_stops
from tests.services.eventually import eventually
from tests.services.group_progress import group_of_index, group_of_store
from tests.services.published import product_event, publish
from tests.services.running_consumer import running_consumer
from vector_store import GenerationMissing, ProductIndex
from vector_store.edge import EdgeStore

pytestmark = pytest.mark.usefixtures("apache_kafka")


def live_after_reading(shop: Shop, embedder: Embedder) -> set[str]:
    """The products that are live once the index in the folder has read to the end."""
    store = EdgeStore(shop.folder)
    with running_consumer(shop.settings(), store, embedder) as service:
        shop.wait_until_done()
        live = {record.product_id for record in service.index.all_records() if record.live}
    store.close()
    return live


def restore(backup: Path, folder: Path) -> None:
    """Put a copy of an index in place, of a new incarnation, as a restore does."""
    shutil.rmtree(folder)
    shutil.copytree(backup, folder)
    [description] = folder.glob("generations/*/generation.json")
    changed = json.loads(description.read_text()) | {"incarnation": token_hex(4)}
    description.write_text(json.dumps(changed))


def test_a_lost_index_is_built_anew_from_the_log(shop: Shop, embedder: Embedder) -> None:
    """Its group had read to the end; the new one's begins at the beginning."""
    publish(shop.bootstrap_servers, events(shop, "a", "b"))
    assert live_after_reading(shop, embedder) == {"a", "b"}
    before = group_of_index(shop.folder)
    shutil.rmtree(shop.folder)
    assert live_after_reading(shop, embedder) == {"a", "b"}
    assert group_of_index(shop.folder) != before


def test_a_restored_index_reads_what_it_lacks(shop: Shop, embedder: Embedder, tmp_path: Path) -> None:
    """A delete and a product that came after the backup are in it again, though its group had read them."""
    publish(shop.bootstrap_servers, events(shop, "a", "b"))
    assert live_after_reading(shop, embedder) == {"a", "b"}
    shutil.copytree(shop.folder, tmp_path / "backup")
    later = [product_event(shop.deleted, "deleted", {"id": "a"}, order=2), *events(shop, "c")]
    publish(shop.bootstrap_servers, later)
    assert live_after_reading(shop, embedder) == {"b", "c"}
    restore(tmp_path / "backup", shop.folder)
    assert live_after_reading(shop, embedder) == {"b", "c"}


def test_an_index_restored_over_a_short_log_is_a_gap(shop: Shop, embedder: Embedder, tmp_path: Path) -> None:
    """Where the log has forgotten what came after the backup, the repair is named."""
    publish(shop.bootstrap_servers, events(shop, *(f"p{n}" for n in range(20))))
    live_after_reading(shop, embedder)
    shutil.copytree(shop.folder, tmp_path / "backup")
    forget(shop)
    restore(tmp_path / "backup", shop.folder)
    store = EdgeStore(shop.folder)
    assert REPAIR in gap_that_stops(shop.settings(), store, embedder)
    store.close()


def test_a_collection_that_is_lost_meanwhile_stops_the_consumer(shop: Shop, embedder: Embedder) -> None:
    """It says so, commits nothing past the loss, and the next start reads everything again."""
    store = MemoryStore()
    publish(shop.bootstrap_servers, events(shop, "a"))

    def lose_it() -> None:
        with running_consumer(shop.settings(), store, embedder) as service:
            shop.wait_until_done(store)
            store.open(store.promoted() or "").lose("it was removed by hand")
            publish(shop.bootstrap_servers, events(shop, "b"))
            assert eventually(lambda: not service.running, timeout_seconds=30)

    with pytest.raises(GenerationMissing, match="removed by hand"):
        lose_it()
    assert shop.progress().uncommitted(group_of_store(store) or "") == 1
    fresh = MemoryStore()
    with running_consumer(shop.settings(), fresh, embedder):
        shop.wait_until_done(fresh)
    index = ProductIndex(fresh.open(fresh.promoted() or ""))
    assert {record.product_id for record in index.all_records()} == {"a", "b"}
