"""Queries beside their nearest photos on one picture, for people to judge."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from model.photos import Photo, open_photo
from model.probe import Embeddings

QUERIES = 24
NEIGHBOURS = 10
_TILE_PX = 96
_FRAME_PX = 4
_GAP_PX = 6
_CAPTION_PX = 12
_COLOURS = {"query": (90, 90, 90), "right": (30, 140, 60), "wrong": (200, 40, 40)}


def contact_sheet(
    embeddings: Embeddings, photos: Sequence[Photo], queries: int = QUERIES, seed: int = 0
) -> Image.Image:
    """An RGB picture, a row a query: the query, then its ten nearest others, framed green or red by category.

    `embeddings` is float32 [n, d] of `photos`; `seed` chooses the queries. Under each photo is its category,
    under a query the beginning of its id too. Photos by the query's own photographer take part.
    TrainingDataInvalid for a photo that cannot be read.
    """
    chosen = np.random.default_rng(seed).permutation(len(photos))[:queries]
    columns = 1 + min(NEIGHBOURS, len(photos) - 1)
    row_px, column_px = _TILE_PX + 2 * _CAPTION_PX + _GAP_PX, _TILE_PX + _GAP_PX
    sheet = Image.new("RGB", (columns * column_px + 2 * _GAP_PX, len(chosen) * row_px + _GAP_PX), "white")
    for row, query in enumerate(chosen):
        similarities = embeddings @ embeddings[query]
        similarities[query] = -np.inf
        nearest = np.argsort(-similarities, kind="stable")[: columns - 1]
        for column, photo in enumerate((query, *nearest)):
            is_query = column == 0
            right = photos[photo].category == photos[query].category
            frame = "query" if is_query else ("right" if right else "wrong")
            # The query stands a little apart from what was found.
            left = _GAP_PX + column * column_px + (0 if is_query else _GAP_PX)
            top = _GAP_PX + row * row_px
            lines = [
                photos[photo].category,
                photos[photo].image_id[:8] if is_query else f"{similarities[photo]:.2f}",
            ]
            _place(sheet, photos[photo], (left, top), frame, lines)
    return sheet


def _place(
    sheet: Image.Image, photo: Photo, corner: tuple[int, int], frame: str, lines: Sequence[str]
) -> None:
    inner = _TILE_PX - 2 * _FRAME_PX
    picture = ImageOps.pad(open_photo(photo.path), (inner, inner), color=(255, 255, 255))
    tile = ImageOps.expand(picture, _FRAME_PX, _COLOURS[frame])
    sheet.paste(tile, corner)
    draw = ImageDraw.Draw(sheet)
    for number, line in enumerate(lines):
        draw.text((corner[0], corner[1] + _TILE_PX + number * _CAPTION_PX), line, fill=_COLOURS[frame])
