"""One place in Kafka's log, as people write it: TOPIC:PARTITION:OFFSET."""

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"([A-Za-z0-9._-]{1,249}):([0-9]{1,10}):([0-9]{1,19})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class LogPosition:
    """Where a message stands."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}:{self.partition}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "LogPosition":
        """The position that is written there. Raises ValueError."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError("not a position like products:0:42")
        return cls(found[1], int(found[2]), int(found[3]))
