"""How long work tells its caller how far it is."""

import dataclasses
from collections.abc import Callable


@dataclasses.dataclass(frozen=True, slots=True)
class ProgressReport:
    """`begin(name, total)` a stage of so many units, then `advance(count)` by some of them."""

    begin: Callable[[str, int], None]
    advance: Callable[[int], None]
