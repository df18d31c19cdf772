"""Which topics the demo uses."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class TopicNames:
    """events: to publish to and to read. dead_letters: made by the consumer."""

    events: tuple[str, ...]
    dead_letters: str

    @classmethod
    def on_own_broker(cls) -> Self:
        """The services' defaults, so that producers find them without being told."""
        return cls(("product.created", "product.updated", "product.deleted"), "product.dead-letters")

    @classmethod
    def on_another_kafka(cls, run_id: str) -> Self:
        """Names that nobody else has: a sample shop must not get into a real one's topics."""
        prefix = f"visual-search-demo-{run_id}"
        return cls((f"{prefix}.products",), f"{prefix}.dead-letters")

    def topic_of(self, event_type: str) -> str:
        """Where a producer sends events of this type."""
        return event_type if event_type in self.events else self.events[0]
