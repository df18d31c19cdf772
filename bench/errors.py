"""Why there are no figures; each text is one line.

BenchError
├── ProcessFailed    a process that is measured, or measured with, has ended or does not answer
├── TooSlow          what was published was not indexed in time
├── NoRoom           the disk has none for what is to be measured
├── FolderTaken      the folder of an index that is to be made holds something else
├── WrongOutcome     the work that was measured was not done right, so its speed means nothing
└── NotRecorded      the figures are no good to be shown as the repository's
"""


class BenchError(Exception):
    """Any failure of the bench itself."""


class ProcessFailed(BenchError):
    """A process of the bench is not running as it should."""


class TooSlow(BenchError):
    """Nothing to measure came to an end in time."""


class NoRoom(BenchError):
    """The disk is too full."""


class FolderTaken(BenchError):
    """What is there would be mixed with what is measured, or lost."""


class WrongOutcome(BenchError):
    """The work was done wrong."""


class NotRecorded(BenchError):
    """The figures were measured and shown, and are not to be kept as the repository's."""
