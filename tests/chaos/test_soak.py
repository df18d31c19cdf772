"""A long run at full speed: memory stays flat, and no thread, socket or file is left behind."""

import os
from pathlib import Path
from statistics import median
from time import monotonic

import pytest

from tests.chaos.album import Album
from tests.chaos.history import HistorySize, history
from tests.chaos.members import Members
from tests.chaos.scale import only_in_full
from tests.chaos.trial import Trial
from tests.chaos.verdict import judge
from tests.integration.consumer.conftest import Shop
from tests.services.group_progress import group_of_store
from tests.services.published import publish
from vector_store import VectorStore

_SOAK_SECONDS = float(os.environ.get("CHAOS_SOAK_SECONDS") or 600)
_GROWTH = 1.05
_ROUND = HistorySize(products=200, events=400, bad_events=0.01)


@only_in_full
@pytest.mark.slow
@pytest.mark.timeout(_SOAK_SECONDS + 600)
def test_a_soak(trial: Trial, shop: Shop, store: VectorStore, album: Album, tmp_path: Path) -> None:
    """The last third takes no more memory, threads and files than the second, with 1 % of bad events."""
    memory: list[int] = []
    threads: list[int] = []
    files: list[int] = []
    with Members(shop.environment(), tmp_path) as members:
        member = members.start()
        ends_at = monotonic() + _SOAK_SECONDS
        rounds = 0
        while monotonic() < ends_at:
            # New addresses, so that every round downloads and embeds.
            urls = [
                album.serve(shop.host, f"{rounds}/{number}.jpg", number)
                for number in range(len(album.photos))
            ]
            publish(shop.bootstrap_servers, history(trial.rng, shop.topics, urls, _ROUND, since=10 * rounds))
            rounds += 1
            # A backlog of a round at most: at full speed all the time, and bounded by nothing but the member.
            shop.progress().wait_until_done(
                lambda: group_of_store(store), timeout_seconds=120, at_most=_ROUND.events
            )
            assert member.is_alive(), member.log_tail()
            process = member.process()
            memory.append(process.memory_info().rss)
            threads.append(process.num_threads())
            files.append(process.num_fds())
        trial.faults["bad event"] += round(rounds * _ROUND.events * _ROUND.bad_events)
        shop.wait_until_done(store, timeout_seconds=120)
        account = judge(shop, store, album)
        members.stop_all()
    second, last = slice(len(memory) // 3, 2 * len(memory) // 3), slice(2 * len(memory) // 3, None)
    growth = median(memory[last]) / median(memory[second])
    trial.notes.append(f"{rounds} rounds, {memory[-1] / 2**20:.0f} MiB, × {growth:.3f} in the last third")
    assert growth < _GROWTH
    assert max(threads[last]) <= max(threads[second])
    assert median(files[last]) <= median(files[second]) + 2
    trial.passed(account)
