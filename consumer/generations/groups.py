"""The consumer groups that build the generations, as far as an operator asks for them."""

import logging
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from consumer.errors import KafkaUnreachable
from consumer.kafka.client_config import client_config, group_name
from consumer.kafka.group_lag import GroupLag, GroupLagReader
from consumer.redrive.returned_messages import redrive_topic
from consumer.settings import ConsumerSettings
from vector_store import Generation


class Groups(Protocol):
    """The groups by generation. Every call blocks for as long as Kafka takes, up to a deadline."""

    def name(self, generation: Generation) -> str:
        """What the group of this generation is called. Never blocks."""
        ...

    def lag(self, generation: Generation) -> GroupLag:
        """Where the group stands, and how many members it has. Raises KafkaUnreachable, NoSuchTopic."""
        ...

    def remove(self, generation: Generation) -> bool:
        """Forget the group and its offsets; whether it is gone. One with members stays.

        Raises KafkaUnreachable.
        """
        ...


class KafkaGroups:
    """The groups on the brokers that the settings name."""

    def __init__(self, settings: ConsumerSettings, *, deadline_seconds: float = 10.0) -> None:
        self._settings = settings
        self._config = client_config(settings)
        self._deadline_seconds = deadline_seconds

    def name(self, generation: Generation) -> str:
        """See Groups."""
        return group_name(self._settings, generation.name, generation.incarnation)

    def lag(self, generation: Generation) -> GroupLag:
        """See Groups."""
        with GroupLagReader(
            self._config,
            self.name(generation),
            self._settings.kafka_topics,
            # The consumer makes it when it starts.
            topics_if_there=(redrive_topic(self._settings.kafka_dead_letter_topic),),
            deadline_seconds=self._deadline_seconds,
        ) as reader:
            return reader.read()

    def remove(self, generation: Generation) -> bool:
        """See Groups."""
        group = self.name(generation)
        # Kept until it has answered: a client that is let go of never does.
        admin = AdminClient(dict(self._config), logger=logging.getLogger("librdkafka"))
        try:
            [removed] = admin.delete_consumer_groups([group], request_timeout=self._deadline_seconds).values()
            removed.result(timeout=self._deadline_seconds + 1)
        except KafkaException as error:
            reason: KafkaError = error.args[0]
            if reason.code() == KafkaError.NON_EMPTY_GROUP:
                return False
            if reason.code() != KafkaError.GROUP_ID_NOT_FOUND:
                raise KafkaUnreachable(f"the group {group} cannot be removed: {reason.str()}") from error
        except TimeoutError as error:
            raise KafkaUnreachable(f"removing the group {group} got no answer in time") from error
        return True
