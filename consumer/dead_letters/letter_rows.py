"""Dead letters as rows: one for each message, or image of a message, however many generations wrote it."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from consumer.dead_letters.letter_filter import LetterFilter
from consumer.dead_letters.stored_letters import LetterIdentity, StoredLetter, read_letter
from consumer.kafka.log_position import LogPosition
from consumer.redrive.history import Redrives
from product_events import RawMessage

_LONGEST_TEXT_CHARS = 400


@dataclass(frozen=True, slots=True)
class LetterRow:
    """What a list tells of it; texts are cut, and values left out.

    letter: the newest letter's own position. copies: how many letters say this.
    redrives: as far as the letters know.
    """

    about: LogPosition
    image_url: str | None
    letter: LogPosition
    put_aside_ms: int
    error_class: str
    reason: str
    product_ids: tuple[str, ...]
    attempts: int
    retryable: bool
    generations: tuple[str, ...]
    copies: int
    redrives: int

    def redriven(self, history: Mapping[LogPosition, Redrives]) -> int:
        """How often its message was redriven."""
        return max(self.redrives, history.get(self.about, Redrives()).times)

    def is_open(self, history: Mapping[LogPosition, Redrives]) -> bool:
        """Whether it was never redriven, or has come back since."""
        redrives = history.get(self.about)
        return redrives is None or redrives.is_answered(
            letter_redrives=self.redrives, put_aside_ms=self.put_aside_ms
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """The newest rows, newest first, and what was counted on the way.

    letters: how many were asked for. foreign: messages of the topic that are no dead letters.
    left_out: whether there are older rows.
    """

    rows: tuple[LetterRow, ...]
    letters: int
    foreign: int
    left_out: bool


def newest_rows(messages: Iterable[RawMessage], wanted: LetterFilter, limit: int) -> Listing:
    """The `limit` rows whose newest letters are the newest; holds no more than these at any time."""
    rows: OrderedDict[LetterIdentity, LetterRow] = OrderedDict()
    letters = foreign = 0
    left_out = False
    for message in messages:
        stored = read_letter(message)
        if stored is None:
            foreign += 1
        elif wanted.takes(stored):
            letters += 1
            rows[stored.identity] = _merged(rows.pop(stored.identity, None), row_of(stored))
            if len(rows) > limit:
                rows.popitem(last=False)
                left_out = True
    return Listing(tuple(reversed(rows.values())), letters, foreign, left_out)


def row_of(stored: StoredLetter) -> LetterRow:
    """The row of one letter."""
    letter = stored.letter
    return LetterRow(
        about=stored.about,
        image_url=None if letter.image_url is None else _cut(letter.image_url),
        letter=stored.position,
        put_aside_ms=stored.put_aside_ms,
        error_class=_cut(letter.error_class),
        reason=_cut(last_line(letter.reason)),
        product_ids=tuple(_cut(each) for each in sorted(stored.product_ids)),
        attempts=letter.attempts,
        retryable=letter.retryable,
        generations=(_cut(letter.generation),),
        copies=1,
        redrives=stored.redrives,
    )


def last_line(reason: str) -> str:
    """Of a traceback the line that says what happened; of any other reason the reason."""
    return next(reversed(reason.strip().splitlines()), "")


def _merged(older: LetterRow | None, newer: LetterRow) -> LetterRow:
    if older is None:
        return newer
    return replace(
        newer,
        generations=tuple(dict.fromkeys((*older.generations, *newer.generations))),
        copies=older.copies + 1,
        redrives=max(older.redrives, newer.redrives),
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT_CHARS else text[:_LONGEST_TEXT_CHARS] + "…"
