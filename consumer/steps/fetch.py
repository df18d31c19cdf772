"""An image becomes what the model takes: downloaded, decoded, prepared."""

import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
import numpy.typing as npt
from PIL import Image

from images.errors import ImageError

Pixels = npt.NDArray[np.uint8]


class UnexpectedImageFailure(Exception):
    """What nobody foresaw about one image; its text is the traceback."""


def fetch(
    download: Callable[[], bytes],
    decode: Callable[[bytes], Image.Image],
    prepare: Callable[[Image.Image], Pixels],
    decoding_turn: AbstractContextManager[object],
) -> Pixels:
    """Pixels, uint8 [side, side, 3], of an image. Blocks up to the download's deadline, and for its turn.

    decoding_turn: held from the image's decoding until it is small, so that only so many are large at a time.
    Raises ImageError, or UnexpectedImageFailure for anything else: one image never stops the others.
    """
    try:
        data = download()
        with decoding_turn:
            return prepare(decode(data))
    except ImageError:
        raise
    except Exception:  # noqa: BLE001 - whatever a hostile image provokes is that image's failure
        raise UnexpectedImageFailure(traceback.format_exc()) from None
