"""The embedded index's folder fails: full, damaged, or another process's. One clear error each time."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.brokers.broker import Broker
from tests.brokers.topics import Topics
from tests.chaos.album import Album
from tests.chaos.conftest import make_shop
from tests.chaos.history import HistorySize, history
from tests.chaos.members import Members, missed_soon
from tests.chaos.scale import only_in_full
from tests.chaos.trial import Trial
from tests.chaos.verdict import judge
from tests.image_host.scripted_image_host import ScriptedImageHost
from tests.integration.consumer.conftest import Shop
from tests.integration.consumer.test_start_checks import refusal
from tests.services.eventually import eventually, throughout
from tests.services.published import publish
from vector_store.edge import EdgeStore

_SMALL = HistorySize(products=10, events=60)


@pytest.fixture
def shop_on_edge(apache_kafka: Broker, topics: Topics, image_host: ScriptedImageHost, tmp_path: Path) -> Shop:
    return make_shop(apache_kafka, topics, image_host, tmp_path, {"QDRANT_PATH": str(tmp_path / "index")})


@only_in_full
@pytest.mark.slow
def test_a_locked_folder(trial: Trial, shop_on_edge: Shop, album: Album, tmp_path: Path) -> None:
    """A second process is refused in one line that names the folder; the first goes on undisturbed."""
    shop = shop_on_edge
    urls = album.serve_all(shop.host, addresses=1)
    with Members(shop.environment(), tmp_path) as members:
        member = members.start()
        assert eventually(member.consumes, timeout_seconds=60), member.log_tail()
        trial.faults["second process"] += 1
        assert str(shop.folder) in refusal(shop.environment())
        publish(shop.bootstrap_servers, history(trial.rng, shop.topics, urls, _SMALL))
        shop.wait_until_done(timeout_seconds=60)
        members.stop_all()
    store = EdgeStore(shop.folder)
    trial.passed(judge(shop, store, album))
    store.close()


@only_in_full
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_damaged_folder(trial: Trial, shop_on_edge: Shop, album: Album, tmp_path: Path) -> None:
    """Each file in turn is overwritten: the consumer ends with one clear line as its last, or goes on.

    A panic of the engine stays off the terminal while the folder is opened. In a later call it may stand
    before that line: it writes to standard error past us.
    """
    shop = shop_on_edge
    urls = album.serve_all(shop.host, addresses=1)
    first = history(trial.rng, shop.topics, urls, _SMALL)
    publish(shop.bootstrap_servers, first)
    with Members(shop.environment(KAFKA_CONFIG=missed_soon("{}")), tmp_path) as members:
        members.start()
        shop.wait_until_done(timeout_seconds=60)
        members.stop_all()
    whole = tmp_path / "whole"
    shutil.copytree(shop.folder, whole)
    files = [path.relative_to(whole) for path in sorted(whole.rglob("*")) if path.is_file()]
    trial.events = str(len(first))
    told = 0
    for number, path in enumerate(trial.rng.sample(files, min(12, len(files)))):
        shutil.rmtree(shop.folder)
        shutil.copytree(whole, shop.folder)
        (shop.folder / path).write_bytes(bytes(trial.rng.randrange(256) for _ in range(64)))
        trial.faults["file overwritten"] += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        with Members(shop.environment(KAFKA_CONFIG=missed_soon("{}")), folder) as members:
            member = members.start()
            assert eventually(member.consumes_or_ended, timeout_seconds=60)
            if member.running:
                publish(shop.bootstrap_servers, history(trial.rng, shop.topics, urls, _SMALL))
                assert eventually(member.is_ready_or_ended, timeout_seconds=60), member.waits_for()
            if not member.running:
                told += 1
                last = member.log().splitlines()[-1]
                assert last.startswith("error: "), f"{path}: {last}"
                assert "Traceback" not in member.log(), f"{path}: {member.log_tail()}"
                if "cannot be opened" in last:
                    assert "panicked at" not in member.log(), f"{path}: {member.log_tail()}"
                assert (member.exit_status or 0) > 0, f"{path}: {member.exit_status}"
    trial.notes.append(f"{told} told at the start")
    trial.passed(verdict="said in the last line")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 160 MB; only where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160m", "none", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk of its own needs the right to mount one")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@only_in_full
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_full_disk(
    trial: Trial, shop_on_edge: Shop, album: Album, small_disk: Path, tmp_path: Path
) -> None:
    """While the disk is full the consumer waits and says why; with room again it goes on and equals F."""
    folder = small_disk / "index"
    shop = replace(shop_on_edge, folder=folder, index={"QDRANT_PATH": str(folder)})
    urls = album.serve_all(shop.host, addresses=4)
    first = history(trial.rng, shop.topics, urls, _SMALL)
    more = history(trial.rng, shop.topics, urls, HistorySize(products=20, events=100))
    filler = small_disk / "filler"
    with Members(shop.environment(), tmp_path) as members:
        member = members.start()
        publish(shop.bootstrap_servers, first)
        shop.wait_until_done(timeout_seconds=60)
        trial.faults["full disk"] += 1
        with filler.open("wb") as full:
            full.write(b"\0" * shutil.disk_usage(small_disk).free)
        publish(shop.bootstrap_servers, more)
        assert eventually(lambda: "index" in member.waits_for(), timeout_seconds=30), member.log_tail()
        assert throughout(member.is_alive, seconds=3), member.log_tail()
        filler.unlink()
        shop.wait_until_done(timeout_seconds=60)
        members.stop_all()
    store = EdgeStore(folder)
    trial.passed(judge(shop, store, album))
    store.close()
