import pytest

from consumer.dead_letters.letter_filter import LetterFilter
from consumer.dead_letters.stored_letters import read_letter
from consumer.kafka.log_position import LogPosition
from consumer.redrive.history import Redrives, history_of
from consumer.redrive.plan import RedrivePlan, TooManyToRedrive, candidates, plan_redrive
from consumer.redrive.returned_messages import COUNT_HEADER, redrive_headers
from product_events import RawMessage
from tests.unit.consumer.letters import DEAD_LETTERS, a_letter, delivered

_ABOUT = LogPosition("products", 1, 5)


def plan(
    *messages: RawMessage, history: dict[LogPosition, Redrives] | None = None, force: bool = False
) -> RedrivePlan:
    found = candidates(messages, LetterFilter(), most=100)
    return plan_redrive(found, history or {}, most_redrives=2, force=force)


def counted(times: int) -> tuple[tuple[str, bytes | None], ...]:
    return ((COUNT_HEADER, str(times).encode()),)


def test_letters_about_one_message_are_one_message() -> None:
    """Images and generations together: it is sent once, from its newest letter, and asks for its images."""
    sent = plan(
        delivered(a_letter(5, image_url="a"), at=1),
        delivered(a_letter(5, image_url="b"), at=2),
        delivered(a_letter(6), at=3),
    ).to_send
    assert {(c.about.offset, at.offset, c.images, times) for at, (c, times) in sent.items()} == {
        (5, 2, True, 1),
        (6, 3, False, 1),
    }


def test_what_has_not_come_back_is_left_out() -> None:
    """It was redriven, and no letter was written since: an interrupted redrive can be run again."""
    message = delivered(a_letter(5), at=1, put_aside_ms=100)
    history = {_ABOUT: Redrives(1, 200)}
    assert (plan(message, history=history).to_send, plan(message, history=history).unanswered) == ({}, 1)
    assert len(plan(message, history=history, force=True).to_send) == 1


@pytest.mark.parametrize(
    "letter",
    [
        delivered(a_letter(5, headers=counted(1)), at=2, put_aside_ms=150),
        delivered(a_letter(5, image_url="a"), at=2, put_aside_ms=250),
    ],
)
def test_what_has_come_back_goes_again_until_it_is_worn_out(letter: RawMessage) -> None:
    """Its count tells that it came back, or, of a letter without one, its time; the ceiling is by count."""
    first = delivered(a_letter(5), at=1, put_aside_ms=100)
    [(_, times)] = plan(first, letter, history={_ABOUT: Redrives(1, 200)}).to_send.values()
    assert times == 2


def test_what_was_redriven_too_often_is_refused() -> None:
    """By the letter's own count, also where the redrive topic has forgotten; force sends it all the same."""
    message = delivered(a_letter(5, headers=counted(2)), at=1)
    assert plan(message).worn_out == 1
    assert plan(message, force=True).to_send[LogPosition(DEAD_LETTERS, 0, 1)][1] == 3


def test_by_the_redrive_topics_count_too() -> None:
    """A later try's letters carry no count."""
    message = delivered(a_letter(5, image_url="a"), at=9, put_aside_ms=999)
    assert plan(message, history={_ABOUT: Redrives(2, 200)}).worn_out == 1


def test_more_than_may_go_at_once_is_refused() -> None:
    """Before anything is sent."""
    with pytest.raises(TooManyToRedrive):
        candidates((delivered(a_letter(n)) for n in range(4)), LetterFilter(), most=3)


def test_one_message_is_found_among_others() -> None:
    """By where it first stood; what is no letter is passed over."""
    foreign = RawMessage(DEAD_LETTERS, 0, 0, 0, None, b"", ())
    messages = [foreign, delivered(a_letter(5)), delivered(a_letter(6))]
    assert set(candidates(messages, LetterFilter(), most=9, about=_ABOUT)) == {_ABOUT}


def test_the_history_counts_by_first_place() -> None:
    """Messages of the redrive topic that say nothing usable, or of others, are passed over."""
    stored = read_letter(delivered(a_letter(5)))
    assert stored is not None
    headers = redrive_headers(stored.message())
    topic = [RawMessage("r", 0, n, 100 * n, None, None, headers) for n in (1, 2)]
    other = RawMessage("r", 0, 3, 300, None, None, ())
    assert history_of([*topic, other], {_ABOUT}) == {_ABOUT: Redrives(2, 200)}
    assert history_of(topic, set()) == {}
