from producer_examples.python.pacing import paced


class Clock:
    """Moves only when it is waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def wait(self, seconds: float) -> None:
        # As a producer's poll does, it returns early now and then.
        self.now += seconds / 2 if seconds > 0.01 else seconds


def test_items_come_no_faster_than_the_rate() -> None:
    """Evenly, from the first one on."""
    clock = Clock()
    times = [clock.now for _ in paced(range(5), 10, clock=lambda: clock.now, wait=clock.wait)]
    assert [round(time, 6) for time in times] == [0.0, 0.1, 0.2, 0.3, 0.4]


def test_a_pause_is_followed_by_no_burst() -> None:
    """What comes late is not made up for."""
    clock = Clock()
    times = []
    for number in paced(range(4), 10, clock=lambda: clock.now, wait=clock.wait):
        times.append(round(clock.now, 6))
        clock.now += 5 if number == 1 else 0
    assert times == [0.0, 0.1, 5.1, 5.2]


def test_without_a_rate_nothing_is_waited_for() -> None:
    """Items come as they are."""
    clock = Clock()
    assert list(paced(range(3), None, clock=lambda: clock.now, wait=clock.wait)) == [0, 1, 2]
    assert clock.now == 0
