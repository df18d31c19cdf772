"""Why the demo cannot start, or cannot go on; each text is one line that names the way out.

DemoError
├── PortTaken              somebody listens there already
├── NoEmbeddedBroker       the embedded broker has no program for this platform
├── BrokerFailed           the embedded broker did not come up, or ended
├── KafkaNotAnswering      nobody answers, or the topics cannot be made
├── FolderRefused          the data folder holds something else than a demo's data
├── FolderInUse            another demo runs on the data folder
├── FolderUnusable         it cannot be written, or its disk is full
├── BuiltFromOtherKafka    the data folder holds an index of another Kafka's events
├── CatalogueMissing       the sample catalogue is not where the repository has it
├── PublishFailed          Kafka did not take an event
├── ConsumerNotReady       the consumer got no partitions in time
├── ReindexUnderWay        generations are changed by one command at a time
└── ControlFailed          the demo that runs did not carry out a command
"""


class DemoError(Exception):
    """Any failure of the demo itself."""


class PortTaken(DemoError):
    """A port that is to be listened on is in use."""


class NoEmbeddedBroker(DemoError):
    """There is no embedded broker for this platform."""


class BrokerFailed(DemoError):
    """The embedded broker is not running as it should."""


class KafkaNotAnswering(DemoError):
    """The Kafka that was named cannot be used."""


class FolderRefused(DemoError):
    """The folder is not a demo's, so nothing in it is touched."""


class FolderInUse(DemoError):
    """Another process has the folder."""


class FolderUnusable(DemoError):
    """The folder cannot be made, read or written."""


class BuiltFromOtherKafka(DemoError):
    """What the folder holds does not go with an option."""


class CatalogueMissing(DemoError):
    """The sample catalogue cannot be read."""


class PublishFailed(DemoError):
    """An event was not delivered."""


class ConsumerNotReady(DemoError):
    """The consumer does not begin to read."""


class ReindexUnderWay(DemoError):
    """Another command is at work on the generations."""


class ControlFailed(DemoError):
    """What the running demo, or the way to it, said instead of doing what it was told."""
