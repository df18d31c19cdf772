"""Ctrl-C amid a call, and after it."""

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from telemetry.interruption import interruption_held


def test_ctrl_c_has_its_effect_at_the_end_of_the_block() -> None:
    """What stands in the block is done in full first."""
    done = []

    def press_amid_work() -> None:
        with interruption_held():
            signal.raise_signal(signal.SIGINT)
            done.append("the rest")

    with pytest.raises(KeyboardInterrupt):
        press_amid_work()
    assert done == ["the rest"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_ctrl_c_nothing_is_raised() -> None:
    """An error of the block comes through as it is, and the handler from before is back."""
    with interruption_held():
        pass
    with pytest.raises(LookupError), interruption_held():
        raise LookupError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_thread_may_use_it() -> None:
    """There the interpreter allows no handler to be set, and needs none."""

    def held() -> str:
        with interruption_held():
            return "done"

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(held).result() == "done"
