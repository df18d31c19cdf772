"""How much of each case is run: CHAOS_SCALE=short (the part that `make integration` runs) or full."""

import os
from collections.abc import Mapping
from enum import StrEnum

import pytest


class ChaosScale(StrEnum):
    """The short part has a fixed seed and takes a minute and a half; the whole takes as long as it takes."""

    SHORT = "short"
    FULL = "full"


SCALE = ChaosScale(os.environ.get("CHAOS_SCALE") or ChaosScale.SHORT)

only_in_full = pytest.mark.skipif(SCALE is not ChaosScale.FULL, reason="only with CHAOS_SCALE=full")
"""For a case that has no short form."""

Arguments = Mapping[str, tuple[object, ...]]


def at_scale(names: str, *, short: Arguments, full: Arguments) -> pytest.MarkDecorator:
    """`parametrize` with what the chosen scale asks for, by the name of the run; none: the case is skipped.

    What is short belongs to `make integration`.
    """
    arguments, mark = (
        (short, pytest.mark.integration) if SCALE is ChaosScale.SHORT else (full, pytest.mark.slow)
    )
    return pytest.mark.parametrize(
        names, [pytest.param(*values, marks=mark, id=name) for name, values in arguments.items()]
    )
