"""Which messages a redrive sends, and which it does not, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from consumer.dead_letters.letter_filter import LetterFilter
from consumer.dead_letters.stored_letters import StoredLetter, read_letter
from consumer.kafka.log_position import LogPosition
from consumer.redrive.history import Redrives
from product_events import RawMessage


class TooManyToRedrive(Exception):
    """More messages match than may be sent at once."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One message, about which there may be several letters.

    letter: the newest one's own position. images: whether any of them is about an image.
    """

    about: LogPosition
    letter: LogPosition
    put_aside_ms: int
    redrives: int
    images: bool


@dataclass(frozen=True, slots=True)
class RedrivePlan:
    """By the position of a letter, the message to be sent, and how often it will have been redriven then.

    unanswered: redriven before and not come back since. worn_out: redriven too often already.
    """

    to_send: Mapping[LogPosition, tuple[Candidate, int]]
    unanswered: int = 0
    worn_out: int = 0


def candidates(
    messages: Iterable[RawMessage], wanted: LetterFilter, *, most: int, about: LogPosition | None = None
) -> dict[LogPosition, Candidate]:
    """By where it first stood, each message that is asked for; holds no values.

    about: only letters about this message. Raises TooManyToRedrive beyond `most` messages.
    """
    found: dict[LogPosition, Candidate] = {}
    for message in messages:
        stored = read_letter(message)
        if stored is None or not wanted.takes(stored) or (about is not None and stored.about != about):
            continue
        found[stored.about] = _with_letter(found.get(stored.about), stored)
        if len(found) > most:
            raise TooManyToRedrive
    return found


def plan_redrive(
    found: Mapping[LogPosition, Candidate],
    history: Mapping[LogPosition, Redrives],
    *,
    most_redrives: int,
    force: bool,
) -> RedrivePlan:
    """Sort out what to send. force: send what came back too often, or has not come back, as well. Pure."""
    to_send: dict[LogPosition, tuple[Candidate, int]] = {}
    unanswered = worn_out = 0
    for candidate in found.values():
        redrives = history.get(candidate.about, Redrives())
        times = max(candidate.redrives, redrives.times)
        answered = redrives.is_answered(
            letter_redrives=candidate.redrives, put_aside_ms=candidate.put_aside_ms
        )
        if times and not answered and not force:
            unanswered += 1
        elif times >= most_redrives and not force:
            worn_out += 1
        else:
            to_send[candidate.letter] = (candidate, times + 1)
    return RedrivePlan(to_send, unanswered, worn_out)


def _with_letter(before: Candidate | None, stored: StoredLetter) -> Candidate:
    now = Candidate(
        about=stored.about,
        letter=stored.position,
        put_aside_ms=stored.put_aside_ms,
        redrives=stored.redrives,
        images=stored.letter.image_url is not None,
    )
    if before is None:
        return now
    newest = now if now.put_aside_ms >= before.put_aside_ms else before
    return replace(
        newest,
        redrives=max(now.redrives, before.redrives),
        images=now.images or before.images,
    )
