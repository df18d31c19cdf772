from telemetry import Liveness


def test_a_part_without_progress_is_named() -> None:
    """Only the part that has not got on for longer than it may is stalled, and for how long is said."""
    now = [0.0]
    liveness = Liveness({"polling": 10, "pipeline": 100}, clock=lambda: now[0])
    now[0] = 11.0
    assert liveness.stalled() == {"polling": 11.0}
    liveness.advanced("polling")
    assert liveness.stalled() == {}
