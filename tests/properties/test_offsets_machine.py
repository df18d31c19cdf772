"""The offset tracker against a model that remembers everything: nothing is committed past an open message."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from consumer.offsets import OffsetTracker, Partition

PARTITIONS: tuple[Partition, ...] = (("products", 0), ("products", 1))
# A compacted log has gaps, and so has one with transactions.
_LOG = [offset for offset in range(60) if offset % 7 not in {3, 4}]
_partitions = st.sampled_from(PARTITIONS)


class _Owned:
    """What is known of a partition since it was last assigned: plain lists, no cleverness."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.finished: set[int] = set()
        self.committed: int | None = None

    @property
    def open(self) -> list[int]:
        return [offset for offset in self.begun if offset not in self.finished]

    @property
    def position(self) -> int:
        return self.open[0] if self.open else self.begun[-1] + 1


class OffsetsMachine(RuleBasedStateMachine):
    """Messages come in, are finished in any order and late; partitions go and come back."""

    def __init__(self) -> None:
        super().__init__()
        self.tracker = OffsetTracker()
        self.owned: dict[Partition, _Owned] = {}
        self.stored = dict.fromkeys(PARTITIONS, 0)
        self.ever_begun: dict[Partition, set[int]] = {each: set() for each in PARTITIONS}
        self.ever_finished: dict[Partition, set[int]] = {each: set() for each in PARTITIONS}

    @rule(partition=_partitions)
    def begin(self, partition: Partition) -> None:
        """The next message is delivered: the first one from what is stored, where the partition is new."""
        owned = self.owned.get(partition, _Owned())
        start = owned.begun[-1] + 1 if owned.begun else self.stored[partition]
        offset = next((each for each in _LOG if each >= start), None)
        if offset is not None:
            self.owned[partition] = owned
            self.tracker.begin(*partition, offset)
            owned.begun.append(offset)
            self.ever_begun[partition].add(offset)

    @rule(partition=_partitions, pick=st.integers(0, 20))
    def finish(self, partition: Partition, pick: int) -> None:
        """Any message that was ever taken in is dealt with, one of an earlier assignment included."""
        candidates = sorted(self.ever_begun[partition] - self.ever_finished[partition])
        owned = self.owned.get(partition)
        if owned is not None:
            candidates = sorted({*candidates, *owned.open})
        if not candidates:
            return
        offset = candidates[pick % len(candidates)]
        self.tracker.finish(*partition, offset)
        self.ever_finished[partition].add(offset)
        if owned is not None and offset in owned.begun:
            owned.finished.add(offset)

    @rule()
    def commit(self) -> None:
        """The broker stores what may be committed."""
        for partition, offset in self.tracker.committable().items():
            self.tracker.committed(partition, offset)
            self.stored[partition] = offset
            self.owned[partition].committed = offset

    @precondition(lambda self: self.owned)
    @rule(partition=_partitions)
    def lose(self, partition: Partition) -> None:
        """The partition goes to another member; when it comes back, it is read from what is stored."""
        self.tracker.forget([partition])
        self.owned.pop(partition, None)

    @invariant()
    def positions_are_those_of_the_model(self) -> None:
        """Contiguous, exact, and only what is not stored yet."""
        assert self.tracker.positions() == {name: owned.position for name, owned in self.owned.items()}
        assert self.tracker.committable() == {
            name: owned.position for name, owned in self.owned.items() if owned.position != owned.committed
        }

    @invariant()
    def nothing_is_skipped(self) -> None:
        """Every message below a stored offset was dealt with, by whichever assignment."""
        for partition in PARTITIONS:
            below = {offset for offset in _LOG if offset < self.stored[partition]}
            assert below <= self.ever_finished[partition]

    @invariant()
    def open_messages_are_counted(self) -> None:
        """What a drain waits for: messages not dealt with, of some partitions or of all."""
        counts = {name: len(owned.open) for name, owned in self.owned.items()}
        assert self.tracker.open_messages() == sum(counts.values())
        for partition in PARTITIONS:
            assert self.tracker.open_messages([partition]) == counts.get(partition, 0)


test_offsets_are_committed_contiguously_and_never_past_an_open_message = OffsetsMachine.TestCase
