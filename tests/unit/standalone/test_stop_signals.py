import os
import signal

import pytest

from standalone.stop_signals import KILLED, stop_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_interrupts_and_the_second_ends_at_once(number: signal.Signals) -> None:
    """Ctrl-C ends in order; again, without waiting for anything."""
    ended: list[int] = []

    def end_at_once(status: int) -> None:
        ended.append(status)

    former = signal.getsignal(number)
    with stop_signals(end_at_once):
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
        assert ended == []
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
        assert ended == [KILLED]
    assert signal.getsignal(number) is former
