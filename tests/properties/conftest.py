"""The explorer's counts are told at the end of the run, since what was covered is what the proof is worth."""

from collections.abc import Callable

import pytest

from tests.properties.explorer.explore import Exploration

_EXPLORATIONS = pytest.StashKey[list[Exploration]]()


@pytest.fixture(scope="session")
def tell(pytestconfig: pytest.Config) -> Callable[[Exploration], None]:
    """Takes what an exploration covered, for the summary of the run."""
    return pytestconfig.stash.setdefault(_EXPLORATIONS, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    explorations = config.stash.get(_EXPLORATIONS, [])
    if explorations:
        terminalreporter.section("interleavings explored")
        for exploration in explorations:
            terminalreporter.write_line(str(exploration))
        states = sum(each.states for each in explorations)
        transitions = sum(each.transitions for each in explorations)
        seconds = sum(each.seconds for each in explorations)
        terminalreporter.write_line(
            f"together: {states:,} states, {transitions:,} transitions, {seconds:.1f} s"
        )
