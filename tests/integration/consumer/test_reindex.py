"""A new generation beside the promoted one: what it takes over, where it goes on, what it costs."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

import numpy as np
import onnx
import pytest

from consumer.errors import ReindexRefused
from consumer.metric_definitions import EVENTS, IMAGES
from consumer.reindex.build_mark import BuildMarks, BuildSource
from consumer.reindex.console_watcher import LogWatcher
from consumer.reindex.rebuild import Reindex, ReindexOutcome, ReindexRequest
from consumer.settings import ConsumerSettings
from model.load_embedder import load_embedder
from tests.brokers.topics import Topics
from tests.contract.samples import a_record, a_write, insert
from tests.image_host.scripted_image_host import Answer
from tests.integration.consumer.conftest import Shop
from tests.integration.consumer.forgetting import forget_everything
from tests.services.published import product_event, publish
from tests.services.running_consumer import running_consumer
from tests.unit.model.small_models import mean_colour_info, mean_colour_proto
from vector_store import Equals, ImageStatus, ProductIndex, Stamp, VectorStore, open_store

OLD, NEW = "aaaaaaaa", "bbbbbbbb"
PRODUCTS = 12
FOR_EVER = {"retention.ms": "-1"}
RECORDS, LOG = BuildSource.RECORDS, BuildSource.LOG
ModelOf = Callable[[str], Path]


@pytest.fixture
def model_of(tmp_path: Path) -> ModelOf:
    """A MODEL_DIR of two small models; gives a model's file by its version."""
    folder = tmp_path / "models"
    folder.mkdir()
    for version in (OLD, NEW):
        metadata = mean_colour_info().to_metadata() | {"model_version": version}
        onnx.save_model(mean_colour_proto(metadata), folder / f"{version}.onnx")
    return lambda version: folder / f"{version}.onnx"


@pytest.fixture
def lasting(shop: Shop, topics: Topics) -> Shop:
    """A shop whose topics forget nothing."""
    return replace(
        shop,
        created=topics.create("product.created", config=FOR_EVER),
        updated=topics.create("product.updated", config=FOR_EVER),
        deleted=topics.create("product.deleted", config=FOR_EVER),
    )


@pytest.fixture
def settings_of(model_of: ModelOf) -> Callable[..., ConsumerSettings]:
    def settings_of(shop: Shop, version: str, **changed: str) -> ConsumerSettings:
        path = model_of(version)
        return shop.settings(MODEL_PATH=str(path), MODEL_DIR=str(path.parent), **changed)

    return settings_of


SettingsOf = Callable[..., ConsumerSettings]


@pytest.fixture
def stores() -> Iterator[Callable[[ConsumerSettings], VectorStore]]:
    """Opens stores and closes them at the end."""
    opened: list[VectorStore] = []

    def open_one(settings: ConsumerSettings) -> VectorStore:
        opened.append(open_store(settings))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


def sell(shop: Shop, photos: list[bytes]) -> list[str]:
    """Twelve products of one image each, one more that is deleted, and one whose image is refused."""
    urls = [shop.host.serve(f"{n}.jpg", photo) for n, photo in enumerate(photos[:PRODUCTS])]
    gone = shop.host.serve("gone.jpg", photos[0])
    refused = shop.host.script("refused.jpg", [Answer(b"no image", headers={"Content-Type": "text/plain"})])
    events = [
        product_event(shop.created, "created", {"id": f"p{n}", "images": [url]}, order=1)
        for n, url in enumerate(urls)
    ]
    events += [
        product_event(shop.created, "created", {"id": "refused", "images": [refused]}, order=1),
        product_event(shop.created, "created", {"id": "gone", "images": [gone]}, order=1),
        product_event(shop.deleted, "deleted", {"id": "gone"}, order=2),
    ]
    publish(shop.bootstrap_servers, events)
    return urls


def pictures_asked_for(shop: Shop) -> int:
    """How often the pictures were asked for that can be had."""
    return sum(shop.host.requests(f"{number}.jpg") for number in range(PRODUCTS))


def build_old(shop: Shop, settings: ConsumerSettings, store: VectorStore) -> None:
    """The promoted generation reads everything."""
    with running_consumer(settings, store, load_embedder(settings)):
        shop.wait_until_done(store)


def reindex(
    settings: ConsumerSettings, store: VectorStore, stop: Flag | None = None, **asked: Any
) -> ReindexOutcome:
    work = Reindex(settings, store, ReindexRequest(**asked), watcher=LogWatcher(), stop=stop or Flag())
    return work.run()


def found(store: VectorStore, name: str) -> dict[str, list[str]]:
    """By product for sale the images that are found."""
    return {
        record.product_id: [i.url for i in record.images if i.status is ImageStatus.INDEXED]
        for record in ProductIndex(store.open(name)).all_records()
        if record.live
    }


@pytest.mark.parametrize("source", [RECORDS, LOG])
def test_the_same_model_takes_its_vectors_over(
    lasting: Shop,
    settings_of: SettingsOf,
    stores: Callable[..., VectorStore],
    photos: list[bytes],
    source: BuildSource,
) -> None:
    """From the records or from the log, nothing is downloaded that is known, and both end the same."""
    sell(lasting, photos)
    settings = settings_of(lasting, OLD)
    store = stores(settings)
    build_old(lasting, settings, store)
    before = store.promoted() or ""
    requests = pictures_asked_for(lasting)
    outcome = reindex(settings, store, suffix="2", source=source, promote=True, exits=True)
    assert (outcome.finished, outcome.promoted, outcome.resumed) == (True, True, False)
    assert (store.promoted(), store.previous()) == (f"products-{OLD}-2", before)
    assert found(store, f"products-{OLD}-2") == found(store, before)
    assert pictures_asked_for(lasting) == requests
    assert ProductIndex(store.open(f"products-{OLD}-2")).record("gone") is not None
    assert outcome.comparison is not None
    assert outcome.comparison.overlap == 1


def test_other_filterable_attributes_are_those_of_a_new_generation(
    lasting: Shop, settings_of: SettingsOf, stores: Callable[..., VectorStore], photos: list[bytes]
) -> None:
    """Set anew and built beside the old one, searches filter by them, and nothing was downloaded again."""
    sold = {
        colour: lasting.host.serve(f"{number}.jpg", photos[number])
        for number, colour in enumerate(("red", "blue"))
    }
    events = [
        product_event(
            lasting.created,
            "created",
            {"id": colour, "images": [url], "attributes": {"colour": colour}},
            order=1,
        )
        for colour, url in sold.items()
    ]
    publish(lasting.bootstrap_servers, events)
    settings = settings_of(lasting, OLD)
    store = stores(settings)
    build_old(lasting, settings, store)
    before = ProductIndex(store.open(store.promoted() or ""))
    requests = pictures_asked_for(lasting)

    changed = settings_of(lasting, OLD, FILTERABLE_ATTRIBUTES="colour:keyword")
    outcome = reindex(changed, store, suffix="filters", promote=True, exits=True)

    assert outcome.promoted
    after = ProductIndex(store.open(f"products-{OLD}-filters"))
    assert (before.generation.filterable_attributes, after.generation.filterable_attributes) == (
        {},
        {"colour": "keyword"},
    )
    vector = np.full(after.generation.dimension, 0.5, np.float32)
    blue = after.similar(vector, limit=9, where=Equals("attributes.colour", "blue"))
    assert [each.record.product_id for each in blue] == ["blue"]
    assert pictures_asked_for(lasting) == requests


def test_another_model_embeds_everything_again(
    shop: Shop, settings_of: SettingsOf, stores: Callable[..., VectorStore], photos: list[bytes]
) -> None:
    """Topics that delete have it begin with the records; what was given up stays given up, and is told."""
    urls = sell(shop, photos)
    settings = settings_of(shop, OLD)
    store = stores(settings)
    build_old(shop, settings, store)
    requests = shop.host.requests()
    outcome = reindex(settings_of(shop, NEW), store)
    assert (outcome.source, outcome.finished, outcome.promoted) == (RECORDS, True, False)
    assert found(store, f"products-{NEW}") == {f"p{n}": [url] for n, url in enumerate(urls)} | {"refused": []}
    assert shop.host.requests() - requests == PRODUCTS
    assert store.promoted() == f"products-{OLD}"
    again = reindex(settings_of(shop, NEW), store)
    assert (again.resumed, again.finished) == (True, True)
    assert shop.host.requests() - requests == PRODUCTS


def test_refetch_downloads_everything(
    shop: Shop, settings_of: SettingsOf, stores: Callable[..., VectorStore], photos: list[bytes]
) -> None:
    """Known pictures and given up ones alike."""
    sell(shop, photos)
    settings = settings_of(shop, OLD)
    store = stores(settings)
    build_old(shop, settings, store)
    shop.host.serve("refused.jpg", photos[0])
    requests = shop.host.requests()
    reindex(settings, store, suffix="2", refetch=True)
    assert shop.host.requests() - requests == PRODUCTS + 1
    assert found(store, f"products-{OLD}-2")["refused"] == [shop.host.url("refused.jpg")]


def test_with_an_image_cache_a_model_change_downloads_nothing(
    shop: Shop,
    settings_of: SettingsOf,
    stores: Callable[..., VectorStore],
    photos: list[bytes],
    tmp_path: Path,
) -> None:
    """Hosts are asked whether a picture has changed, and none is sent again."""
    sell(shop, photos)
    for number, photo in enumerate(photos[:PRODUCTS]):
        headers = {"Content-Type": "image/jpeg", "ETag": f'"{number}"'}
        shop.host.script(
            f"{number}.jpg", [Answer(photo, headers=headers), Answer(status=304, headers=headers)]
        )
    cache = str(tmp_path / "cache")
    settings = settings_of(shop, OLD, IMAGE_CACHE_DIR=cache)
    store = stores(settings)
    build_old(shop, settings, store)
    reindex(settings_of(shop, NEW, IMAGE_CACHE_DIR=cache), store)
    # A picture is sent once, to the first generation; from then on its host says that it is the same.
    assert found(store, f"products-{NEW}") == found(store, f"products-{OLD}")


class _Impatient(LogWatcher):
    """Stops the work at a certain moment."""

    def __init__(self, stop: Flag, at: str) -> None:
        super().__init__()
        self._stop = stop
        self._at = at

    def says(self, line: str) -> None:
        if line.startswith(self._at):
            self._stop.set()


@pytest.mark.parametrize("at", ["builds", "audits", "compares"])
def test_it_goes_on_where_it_was_stopped(
    shop: Shop, settings_of: SettingsOf, stores: Callable[..., VectorStore], photos: list[bytes], at: str
) -> None:
    """Before anything is copied, before it is audited, before it is compared."""
    sell(shop, photos)
    settings = settings_of(shop, OLD)
    store = stores(settings)
    build_old(shop, settings, store)
    stop = Flag()
    work = Reindex(
        settings_of(shop, NEW), store, ReindexRequest(promote=True), watcher=_Impatient(stop, at), stop=stop
    )
    first = work.run()
    assert (first.finished, first.promoted) == (False, False)
    mark = BuildMarks(store.open(f"products-{NEW}")).read()
    assert mark is not None
    assert mark.finished == (at != "builds")
    second = reindex(settings_of(shop, NEW), store, promote=True, exits=True)
    assert (second.resumed, second.finished, second.promoted) == (True, True, True)
    assert found(store, f"products-{NEW}") == found(store, f"products-{OLD}")


def test_without_a_model_it_is_that_of_the_promoted_generation(
    lasting: Shop, settings_of: SettingsOf, stores: Callable[..., VectorStore], photos: list[bytes]
) -> None:
    """A replay after a change of model must not change it back to the one that ships."""
    sell(lasting, photos)
    settings = settings_of(lasting, OLD)
    store = stores(settings)
    build_old(lasting, settings, store)
    unnamed = lasting.settings(MODEL_DIR=str(settings.model_dir))
    assert reindex(unnamed, store, suffix="2").generation == f"products-{OLD}-2"


def test_a_refused_one_leaves_nothing_behind(
    shop: Shop, settings_of: SettingsOf, stores: Callable[..., VectorStore], photos: list[bytes]
) -> None:
    """No empty generation for the next call to find."""
    sell(shop, photos)
    settings = settings_of(shop, OLD)
    store = stores(settings)
    build_old(shop, settings, store)
    with pytest.raises(ReindexRefused, match="--from-log is not possible"):
        reindex(settings_of(shop, NEW), store, source=LOG)
    assert [each.name for each in store.generations()] == [f"products-{OLD}"]


class _Untidy(LogWatcher):
    """Before each audit a picture of a product that is deleted arrives late, as in a shop that is busy."""

    def __init__(self, store: VectorStore) -> None:
        super().__init__()
        self._store = store

    def says(self, line: str) -> None:
        if line == "audits it":
            late = a_write(a_record("gone", Stamp(2, 0), indexed=["late"])).points[0].to_point()
            vector = np.array([1, 0, 0], dtype=np.float32)
            insert(self._store.open(f"products-{NEW}"), [replace(late, vector=vector)])


def test_leftovers_do_not_hold_up_a_promotion(
    shop: Shop, settings_of: SettingsOf, stores: Callable[..., VectorStore], photos: list[bytes]
) -> None:
    """There may always be another one; nobody sees them, and each audit removes what it finds."""
    sell(shop, photos)
    settings = settings_of(shop, OLD)
    store = stores(settings)
    build_old(shop, settings, store)
    request = ReindexRequest(promote=True, exits=True)
    outcome = Reindex(settings_of(shop, NEW), store, request, watcher=_Untidy(store), stop=Flag()).run()
    assert outcome.audit is not None
    assert (outcome.audit.clean, outcome.audit.sound) == (False, True)
    assert outcome.promoted


def test_two_builders_at_once_are_one(
    shop: Shop, settings_of: SettingsOf, stores: Callable[..., VectorStore], photos: list[bytes]
) -> None:
    """Both end well, and the generation is what one of them would have made of it."""
    sell(shop, photos)
    settings = settings_of(shop, OLD)
    store = stores(settings)
    build_old(shop, settings, store)
    outcomes: list[ReindexOutcome] = []

    def build() -> None:
        outcomes.append(reindex(settings_of(shop, NEW), store, promote=True, exits=True))

    builders = [Thread(target=build) for _ in range(2)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join(120)
    assert [outcome.promoted for outcome in outcomes] == [True, True]
    assert found(store, f"products-{NEW}") == found(store, f"products-{OLD}")


def test_the_promoted_generation_is_not_built_upon(
    shop: Shop, settings_of: SettingsOf, stores: Callable[..., VectorStore]
) -> None:
    """Another one of the same model needs a name of its own."""
    settings = settings_of(shop, OLD)
    store = stores(settings)
    build_old(shop, settings, store)
    with pytest.raises(ReindexRefused, match="--suffix"):
        reindex(settings, store)


def test_a_replay_over_an_up_to_date_generation_costs_look_ups(
    lasting: Shop, settings_of: SettingsOf, stores: Callable[..., VectorStore], photos: list[bytes]
) -> None:
    """Nothing is downloaded, embedded or written: every event is superseded."""
    sell(lasting, photos)
    settings = settings_of(lasting, OLD)
    store = stores(settings)
    build_old(lasting, settings, store)
    before = found(store, f"products-{OLD}")
    requests = lasting.host.requests()
    replaying = settings_of(lasting, OLD, KAFKA_GROUP_PREFIX="once-more")
    with running_consumer(replaying, store, load_embedder(replaying)) as service:
        group = f"once-more.products-{OLD}.{service.index.generation.incarnation}"
        lasting.progress().wait_until_done(lambda: group)
        assert service.vitals.metrics.by_label(IMAGES, "outcome") == {}
        counts = service.vitals.metrics.by_label(EVENTS, "outcome")
        assert {outcome for outcome, number in counts.items() if number} == {"superseded"}
    assert lasting.host.requests() == requests
    assert found(store, f"products-{OLD}") == before


class _Forgetful(LogWatcher):
    """While records are copied for the first time, the promoted generation moves on and the topics forget."""

    def __init__(self, moves_on: Callable[[], None]) -> None:
        super().__init__()
        self._moves_on = moves_on
        self._forgotten = False

    def copies(self, done: int, total: int) -> None:
        if not self._forgotten:
            self._forgotten = True
            self._moves_on()


@pytest.mark.usefixtures("apache_kafka")
def test_a_log_that_forgets_during_the_copy_has_it_begin_anew(
    shop: Shop, settings_of: SettingsOf, stores: Callable[..., VectorStore], photos: list[bytes]
) -> None:
    """What was to be read next is gone, and the second copy has it."""
    urls = sell(shop, photos)
    settings = settings_of(shop, OLD)
    store = stores(settings)

    def moves_on() -> None:
        changed = {"id": "p0", "images": [urls[0]], "price": 7.5}
        publish(shop.bootstrap_servers, [product_event(shop.updated, "updated", changed, order=5)])
        shop.wait_until_done(store)
        forget_everything(shop)

    with running_consumer(settings, store, load_embedder(settings)):
        shop.wait_until_done(store)
        outcome = Reindex(
            settings_of(shop, NEW), store, ReindexRequest(), watcher=_Forgetful(moves_on), stop=Flag()
        ).run()
    assert outcome.finished
    mark = BuildMarks(store.open(f"products-{NEW}")).read()
    assert mark is not None
    assert (mark.finished, mark.turn) == (True, 1)
    record = ProductIndex(store.open(f"products-{NEW}")).record("p0")
    assert record is not None
    assert (record.product or {})["price"] == 7.5
