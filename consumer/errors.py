"""What can go wrong in the consumer, and what happens next for every error that reaches it.

    ConsumerError
    ├── StartRefused            a setting or a surrounding that must be put right by a person
    │   ├── KafkaUnreachable    nobody answers at the bootstrap servers
    │   ├── KafkaRefused        the brokers refuse this client, or librdkafka its configuration
    │   ├── NoSuchTopic         a topic to read is not there
    │   ├── WrongModel          the generation was built by another model version
    │   ├── GenerationNameUnfit a name that no generation of this collection and model can have
    │   ├── OrderKindChanged    the generation was built with the other kind of order
    │   ├── ReindexRefused      a new generation cannot be built like this
    │   ├── GenerationChangeRefused  a generation must not be promoted, gone back to or dropped now
    │   ├── BackupRefused       a snapshot cannot be taken or put back like this
    │   ├── SnapshotUnusable    a file is no whole snapshot
    │   ├── StatusPortTaken     the status server's port is in use
    │   └── SkipRefused         a message must not be passed over now
    ├── OffsetGap               the log no longer holds what was not read yet
    ├── KafkaFatal              the client cannot go on
    └── DeadLettersUnavailable  the dead-letter topic takes nothing now

The branches of the other rooms' trees name facts; NEXT says what they mean here.
"""

from enum import StrEnum
from typing import Final

from images.errors import MissingImage, RejectedImage, UnavailableImage
from model.errors import (
    BadEmbedding,
    CheckpointError,
    ExportRefused,
    ModelFileError,
    ModelVersionMissing,
    ProviderMissing,
    TorchMissing,
    TrainingDataInvalid,
    TrainingStateInvalid,
)
from product_events import EventError
from vector_store.errors import (
    GenerationExists,
    GenerationMissing,
    InvalidPayload,
    InvalidVector,
    StoreCorrupt,
    StoreLocked,
    StoreMisused,
    StoreUnavailable,
)


class ConsumerError(Exception):
    """Any failure of the consumer itself; its text is one line for people."""


class StartRefused(ConsumerError):
    """The consumer must not start like this."""


class KafkaUnreachable(StartRefused):
    """No broker answered at start-up."""


class KafkaRefused(StartRefused):
    """The brokers refuse this client's TLS or credentials, or a property in KAFKA_CONFIG is none."""


class NoSuchTopic(StartRefused):
    """A topic that is to be read does not exist."""


class WrongModel(StartRefused):
    """The generation holds vectors of another model version."""


class GenerationNameUnfit(StartRefused):
    """No generation of this collection and this model can be called that."""


class OrderKindChanged(StartRefused):
    """The generation's events were ordered by the other kind of order."""


class ReindexRefused(StartRefused):
    """A new generation must not be built like this."""


class GenerationChangeRefused(StartRefused):
    """A generation must not be promoted, gone back to, or dropped now."""


class BackupRefused(StartRefused):
    """A snapshot must not be taken, or not be put back, like this."""


class SnapshotUnusable(StartRefused):
    """The file is no snapshot, or is damaged, cut off, or of a newer release."""


class StatusPortTaken(StartRefused):
    """The status server cannot listen where it should."""


class SkipRefused(StartRefused):
    """A group's offset must not move past this message now."""


class OffsetGap(ConsumerError):
    """Messages are gone that were never read: skipped deletes would stay visible for ever."""


class KafkaFatal(ConsumerError):
    """The Kafka client reports a state from which it cannot recover."""


class DeadLettersUnavailable(ConsumerError):
    """The dead-letter topic did not take a message in time."""


class Next(StrEnum):
    """What happens after a failure."""

    DEAD_LETTER = "dead_letter"
    """The event or image is put aside with its reason, and the others go on."""
    RETRY = "retry"
    """The image is tried again later; everything else goes on."""
    PAUSE = "pause"
    """Intake pauses and the same call is repeated until it succeeds."""
    STOP = "stop"
    """The process ends with nothing committed past the failure."""


NEXT: Final[dict[type[Exception], Next]] = {
    EventError: Next.DEAD_LETTER,
    RejectedImage: Next.DEAD_LETTER,
    MissingImage: Next.RETRY,
    UnavailableImage: Next.RETRY,
    BadEmbedding: Next.DEAD_LETTER,
    ModelFileError: Next.STOP,
    ModelVersionMissing: Next.STOP,
    ProviderMissing: Next.STOP,
    TorchMissing: Next.STOP,
    ExportRefused: Next.STOP,
    CheckpointError: Next.STOP,
    TrainingDataInvalid: Next.STOP,
    TrainingStateInvalid: Next.STOP,
    StoreUnavailable: Next.PAUSE,
    InvalidPayload: Next.DEAD_LETTER,
    InvalidVector: Next.DEAD_LETTER,
    StoreMisused: Next.STOP,
    GenerationMissing: Next.STOP,
    GenerationExists: Next.STOP,
    StoreLocked: Next.STOP,
    StoreCorrupt: Next.STOP,
    StartRefused: Next.STOP,
    OffsetGap: Next.STOP,
    KafkaFatal: Next.STOP,
    DeadLettersUnavailable: Next.PAUSE,
}
"""Roots are left out on purpose: a new branch of a tree has no entry, and the test that walks them fails."""


def what_happens_next(error: BaseException) -> Next:
    """The entry of the nearest class of the error's ancestry; what nobody foresaw stops the consumer."""
    for kind in type(error).__mro__:
        if (found := NEXT.get(kind)) is not None:
            return found
    return Next.STOP
