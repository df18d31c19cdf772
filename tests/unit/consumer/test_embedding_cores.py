"""How the consumer shares the machine's cores out among its embedding calls."""

import pytest

from consumer import settings as consumer_settings
from consumer.settings import ConsumerSettings


@pytest.mark.parametrize(
    ("cores", "given", "calls", "threads"),
    [
        (1, {}, 1, 1),
        (2, {}, 2, 1),
        (3, {}, 2, 1),
        (16, {}, 2, 8),
        (16, {"embed_calls": 4}, 4, 4),
        (2, {"embed_calls": 4}, 4, 1),
        (16, {"embed_threads": 3}, 2, 3),
        (4, {"embed_calls": 1}, 1, 4),
    ],
)
def test_cores_are_shared_evenly(
    monkeypatch: pytest.MonkeyPatch, cores: int, given: dict[str, int], calls: int, threads: int
) -> None:
    """Two calls where there are two cores, each on its share, unless somebody says otherwise."""
    monkeypatch.setattr(consumer_settings, "usable_cores", lambda: cores)
    settings = ConsumerSettings(**given)  # type: ignore[arg-type]  # of each field, its own type
    assert (settings.calls_at_a_time, settings.threads_a_call) == (calls, threads)
