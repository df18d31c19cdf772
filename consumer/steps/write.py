"""Finished states and dead letters leave the process: letters first, then the index."""

from collections.abc import Callable, Sequence

from consumer.dead_letters.letter import DeadLetter
from consumer.dead_letters.topic import DeadLetterSink
from consumer.errors import Next, what_happens_next
from consumer.persistence import Persistence
from vector_store import ProductIndex, ProductWrite, StoreError


def write(
    writes: Sequence[ProductWrite],
    letters: Sequence[DeadLetter],
    *,
    index: ProductIndex,
    dead_letters: DeadLetterSink,
    persistence: Persistence,
    letter_of_refused: Callable[[ProductWrite, StoreError], DeadLetter],
) -> None:
    """Publish the letters, then write the states; blocks until both are confirmed, however long it takes.

    The letters come first: once a record is written, a redelivery of its event would find nothing to do, and
    a letter that was not sent by then never would be. A state whose values the engine refuses is left out,
    with a letter of its own. Raises Stopped when the service stops first, and what means STOP.
    """
    _publish(letters, dead_letters, persistence)
    if not writes:
        return
    try:
        persistence.call("index", lambda: index.write(writes))
    except StoreError as error:
        if what_happens_next(error) is not Next.DEAD_LETTER:
            raise
        if len(writes) == 1:
            _publish([letter_of_refused(writes[0], error)], dead_letters, persistence)
            return
        # One of them is to blame: each by itself.
        for each in writes:
            write(
                [each],
                (),
                index=index,
                dead_letters=dead_letters,
                persistence=persistence,
                letter_of_refused=letter_of_refused,
            )


def _publish(letters: Sequence[DeadLetter], dead_letters: DeadLetterSink, persistence: Persistence) -> None:
    if letters:
        persistence.call("dead_letter_topic", lambda: dead_letters.publish(letters))
