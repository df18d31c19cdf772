"""A redrive from beginning to end: find the letters, leave out what must not go, send the rest."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from consumer.dead_letters.letter_filter import LetterFilter
from consumer.dead_letters.stored_letters import read_letter
from consumer.errors import NoSuchTopic
from consumer.kafka.log_position import LogPosition
from consumer.kafka.topic_reader import StagedProgress, TopicReader
from consumer.redrive.history import read_history
from consumer.redrive.plan import RedrivePlan, candidates, plan_redrive
from consumer.redrive.returned_messages import redrive_topic
from consumer.redrive.sender import OriginalGone, RedriveSender, RedriveStopped, message_of


@dataclass(frozen=True, slots=True)
class RedriveRequest:
    """What to send. about: this message's letters only; a letter's own position serves as well.

    most_messages: more than these are refused. most_redrives, force: see `plan_redrive`.
    """

    dead_letter_topic: str
    wanted: LetterFilter
    about: LogPosition | None = None
    most_messages: int = 100_000
    most_redrives: int = 3
    force: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class RedriveReport:
    """What came of it, in messages. matched: those that are asked for, whatever became of them.

    unsent: by position, why a message could not be sent. stopped: what ended the redrive early.
    """

    matched: int = 0
    unanswered: int = 0
    worn_out: int = 0
    planned: int = 0
    sent: int = 0
    unsent: dict[LogPosition, str] = field(default_factory=dict)
    stopped: str | None = None

    @property
    def complete(self) -> bool:
        """Whether all that was asked for has gone, or had gone before."""
        return self.stopped is None and not self.unsent and not self.worn_out


class Redriving:
    """One redrive; `report` tells how far it came, also after an interrupt."""

    def __init__(self, config: Mapping[str, Any], group: str, on_progress: StagedProgress) -> None:
        self._config = config
        self._group = group
        self._on_progress = on_progress
        self.report = RedriveReport()

    def run(self, request: RedriveRequest) -> RedriveReport:
        """Carry it out; blocks. Raises NoSuchTopic, KafkaUnreachable, TooManyToRedrive.

        Messages that are confirmed when it ends early stay sent, and the next redrive leaves them out.
        """
        topic = request.dead_letter_topic
        with self._reader() as reader:
            if not reader.has_topic(redrive_topic(topic)):
                raise NoSuchTopic(
                    f"no such topic: {redrive_topic(topic)}; a consumer makes it when it starts, and reads it"
                )
            ends = reader.ends(topic)
            found = candidates(
                reader.read(topic, ends, self._on_progress("looking for letters")),
                request.wanted,
                most=request.most_messages,
                about=self._about(reader, request),
            )
            history = read_history(reader, topic, found, self._on_progress("looking at earlier redrives"))
            plan = plan_redrive(found, history, most_redrives=request.most_redrives, force=request.force)
            self.report.matched, self.report.planned = len(found), len(plan.to_send)
            self.report.unanswered, self.report.worn_out = plan.unanswered, plan.worn_out
            if plan.to_send:
                self._send(reader, request, plan, ends)
        return self.report

    def _about(self, reader: TopicReader, request: RedriveRequest) -> LogPosition | None:
        given = request.about
        if given is None or given.topic != request.dead_letter_topic:
            return given
        message = reader.read_at(given.topic, given.partition, given.offset)
        stored = None if message is None else read_letter(message)
        # What is no letter is about nothing that has one, so nothing will match.
        return given if stored is None else stored.about

    def _send(
        self,
        reader: TopicReader,
        request: RedriveRequest,
        plan: RedrivePlan,
        ends: Mapping[int, tuple[int, int]],
    ) -> None:
        topic = request.dead_letter_topic
        sender = RedriveSender(self._config, redrive_topic(topic))
        try:
            with self._reader() as originals:
                for message in reader.read(topic, ends, self._on_progress("sending")):
                    position = LogPosition(message.topic, message.partition, message.offset)
                    if (planned := plan.to_send.get(position)) is not None and (
                        stored := read_letter(message)
                    ):
                        candidate, times = planned
                        try:
                            original = message_of(stored, candidate, originals)
                        except OriginalGone as gone:
                            self.report.unsent[candidate.about] = str(gone)
                            continue
                        if not request.dry_run:
                            sender.send(original, times=times, images_again=candidate.images)
            sender.confirm()
        except RedriveStopped as stopped:
            self.report.stopped = str(stopped)
        except KeyboardInterrupt:
            # What is under way already is counted, so that the report is right.
            with suppress(RedriveStopped):
                sender.confirm()
            raise
        finally:
            self.report.sent = sender.sent.confirmed
            self.report.unsent |= sender.sent.refused

    def _reader(self) -> TopicReader:
        return TopicReader(self._config, group=self._group)
