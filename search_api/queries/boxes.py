"""The part of a photo that is looked for."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from images import Region, seen_size_px
from search_api.errors import InvalidRequest

_Coordinate = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
_Length = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]


class Box(BaseModel):
    """A rectangle on the photo as it is seen, upright; what hangs over the photo's edge is cut off."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    x: _Coordinate = Field(description="Of the left edge.")
    y: _Coordinate = Field(description="Of the upper edge.")
    width: _Length
    height: _Length
    unit: Literal["fraction", "px"] = Field(
        default="fraction",
        description="Fractions of the photo's width and height, or pixels of the photo as it was sent.",
    )


def region_of(box: Box, photo: bytes) -> Region:
    """The part of this photo (an image file's bytes) that the box marks.

    Raises InvalidRequest where the box lies beside the photo, RejectedImage where there is no photo.
    """
    width, height = (1.0, 1.0) if box.unit == "fraction" else seen_size_px(photo)
    left, top = box.x / width, box.y / height
    right, bottom = min(1.0, (box.x + box.width) / width), min(1.0, (box.y + box.height) / height)
    if left >= right or top >= bottom:
        size = "" if box.unit == "fraction" else f", which is {width} × {height} px as it is seen"
        raise InvalidRequest.of("box", f"holds nothing of the photo{size}")
    return Region(left, top, right, bottom)
