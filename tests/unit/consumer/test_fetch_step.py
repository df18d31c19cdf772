"""An image's way from its host to the model's pixels."""

from threading import BoundedSemaphore

import numpy as np
import pytest
from PIL import Image

from consumer.steps.fetch import Pixels, UnexpectedImageFailure, fetch
from images.errors import RejectedImage

SMALL = np.zeros((2, 2, 3), np.uint8)


def is_taken(turn: BoundedSemaphore) -> bool:
    if free := turn.acquire(blocking=False):
        turn.release()
    return not free


def test_a_turn_is_held_while_an_image_is_large_and_not_while_it_is_downloaded() -> None:
    """So memory is bounded by the turns, and a slow host keeps no turn."""
    turn = BoundedSemaphore(1)
    taken: list[bool] = []

    def download() -> bytes:
        taken.append(is_taken(turn))
        return b""

    def decode(_: bytes) -> Image.Image:
        taken.append(is_taken(turn))
        return Image.new("RGB", (2, 2))

    def prepare(_: Image.Image) -> Pixels:
        taken.append(is_taken(turn))
        return SMALL

    assert fetch(download, decode, prepare, turn) is SMALL
    assert taken == [False, True, True]
    assert not is_taken(turn)


@pytest.mark.parametrize(
    ("raised", "told"),
    [(RejectedImage("no picture", url="b"), RejectedImage), (OSError(), UnexpectedImageFailure)],
)
def test_an_image_that_fails_gives_its_turn_back(raised: Exception, told: type[Exception]) -> None:
    """Else the last one's failure would stop all images for good."""
    turn = BoundedSemaphore(1)

    def decode(_: bytes) -> Image.Image:
        raise raised

    with pytest.raises(told):
        fetch(lambda: b"", decode, lambda _: SMALL, turn)
    assert not is_taken(turn)
