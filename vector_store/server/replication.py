"""What a replicated collection needs beyond the server's defaults, so that guards and read checks hold."""

from dataclasses import dataclass

from qdrant_client import models


@dataclass(frozen=True, slots=True)
class Replication:
    """How often each shard is kept.

    A guarded write that one of two replicas has not carried out is one that half of the reads do not see, and
    two writers that reach replicas in different orders leave them different for ever.
    """

    factor: int = 1

    @property
    def write_consistency_factor(self) -> int | None:
        """A write is completed when all replicas have it; None is the server's default."""
        return self.factor if self.factor > 1 else None

    @property
    def ordering(self) -> models.WriteOrdering | None:
        """Writes go through one leader, in one order; None is the server's default."""
        return models.WriteOrdering.STRONG if self.factor > 1 else None

    @property
    def consistency(self) -> models.ReadConsistencyType | None:
        """Reads take the majority's answer; None is the server's default."""
        return models.ReadConsistencyType.MAJORITY if self.factor > 1 else None
