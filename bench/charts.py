"""Bars for people, drawn with Pillow: no plotting library is worth its size for three pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

_WIDTH_PX, _LABEL_PX, _TEXT_PX = 1000, 440, 150
_ROW_PX, _BAR_PX, _TOP_PX, _EDGE_PX = 34, 20, 56, 16
_INK, _PALE, _MARK = "#1f2933", "#d9dee4", "#b3261e"
COLOURS = ("#2f6fab", "#7fb069", "#e0a458", "#9a8c98")


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: values that lie one after the other, and what is written behind them.

    ends: between which the rounds lie, drawn as a whisker.
    """

    label: str
    values: tuple[float, ...]
    text: str
    ends: tuple[float, float] | None = None


def draw_bars(
    title: str, bars: Sequence[Bar], *, mark: float | None = None, legend: Sequence[str] = ()
) -> Image.Image:
    """A chart of horizontal bars. mark: where a line goes down through all of them."""
    height = _TOP_PX + _ROW_PX * (len(bars) + bool(legend)) + _EDGE_PX
    image = Image.new("RGB", (_WIDTH_PX, height), "white")
    draw = ImageDraw.Draw(image)
    draw.text((_EDGE_PX, _EDGE_PX), title, fill=_INK, font=_font(20))
    longest = max(length for bar in bars for length in (sum(bar.values), *(bar.ends or ())))
    scale = (_WIDTH_PX - _LABEL_PX - _TEXT_PX) / longest
    for row, bar in enumerate(bars):
        _draw_bar(draw, bar, _TOP_PX + row * _ROW_PX, scale)
    if mark is not None:
        x = _LABEL_PX + mark * scale
        draw.line((x, _TOP_PX - 6, x, _TOP_PX + _ROW_PX * len(bars)), fill=_MARK, width=2)
    x = float(_LABEL_PX)
    for name, colour in zip(legend, COLOURS, strict=False):
        y = _TOP_PX + _ROW_PX * len(bars) + 10
        draw.rectangle((x, y, x + 12, y + 12), fill=colour)
        draw.text((x + 18, y - 2), name, fill=_INK, font=_font(14))
        x += 34 + draw.textlength(name, font=_font(14))
    return image


def _draw_bar(draw: ImageDraw.ImageDraw, bar: Bar, top: int, scale: float) -> None:
    font, middle = _font(14), top + _BAR_PX / 2
    draw.text((_LABEL_PX - 10, middle), bar.label, fill=_INK, font=font, anchor="rm")
    x = float(_LABEL_PX)
    draw.line((x, top, x, top + _BAR_PX), fill=_PALE)
    for value, colour in zip(bar.values, COLOURS, strict=False):
        draw.rectangle((x, top, x + value * scale, top + _BAR_PX), fill=colour)
        x += value * scale
    if bar.ends is not None:
        low, high = (_LABEL_PX + end * scale for end in bar.ends)
        draw.line((low, middle, high, middle), fill=_INK, width=2)
        for end in (low, high):
            draw.line((end, middle - 5, end, middle + 5), fill=_INK, width=2)
        x = max(x, high)
    draw.text((x + 8, middle), bar.text, fill=_INK, font=font, anchor="lm")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
