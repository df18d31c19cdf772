"""Finished states and dead letters leave the process: letters first, then the index."""

from collections.abc import Callable, Sequence

from consumer.dead_letter_topic import DeadLetterSink
from consumer.dead_letters import DeadLetter
from consumer.errors import Next, what_happens_next
from consumer.persistence import Persistence
from vector_store import ProductIndex, ProductWrite, StoreMisused

Refused = tuple[ProductWrite, StoreMisused]


def write(
    writes: Sequence[ProductWrite],
    letters: Sequence[DeadLetter],
    *,
    index: ProductIndex,
    dead_letters: DeadLetterSink,
    persistence: Persistence,
    letter_of_refused: Callable[[ProductWrite, StoreMisused], DeadLetter],
) -> list[Refused]:
    """Publish the letters, then write the states; blocks until both are confirmed, however long it takes.

    The letters come first: once a record is written, a redelivery of its event would find nothing to do, and
    a letter that was not sent by then never would be. A state that the engine refuses for good is left out,
    with a letter of its own. Raises Stopped when the service stops first.
    """
    _publish(letters, dead_letters, persistence)
    try:
        if writes:
            persistence.call("index", lambda: index.write(writes))
        return []
    except StoreMisused as error:
        if what_happens_next(error) is not Next.DEAD_LETTER:
            raise
    refused: list[Refused] = []
    for each in writes:
        one = each
        try:
            persistence.call("index", lambda: index.write([one]))  # noqa: B023 - called before the next turn
        except StoreMisused as error:
            _publish([letter_of_refused(one, error)], dead_letters, persistence)
            refused.append((one, error))
    return refused


def _publish(letters: Sequence[DeadLetter], dead_letters: DeadLetterSink, persistence: Persistence) -> None:
    if letters:
        persistence.call("dead_letter_topic", lambda: dead_letters.publish(letters))
