"""Features of photos: in order, drawn by seed, and asked for once."""

import copy
import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from model.augment import HARD
from model.errors import TrainingDataInvalid
from model.evaluation import Scores, evaluate, table, with_embedder
from model.features import FeatureCache, FeatureExtractor, Features, extract
from model.onnx_embedder import OnnxEmbedder
from model.photos import Photo
from model.preprocessing import Pixels, Preprocessing, Resize
from model.splits import Part, part_of
from tests.unit.model.small_models import small_preprocessing


def mean_colours(pixels: Pixels) -> Features:
    return np.asarray(pixels.mean(axis=(1, 2)), dtype=np.float32)


class Counting:
    """An extractor that counts what it is asked, and has a digest as the real one has."""

    def __init__(self, digest: str = "one") -> None:
        self.digest = digest
        self.preprocessing: Preprocessing = small_preprocessing()
        self.pictures = 0

    def __call__(self, pixels: Pixels) -> Features:
        self.pictures += len(pixels)
        return mean_colours(pixels)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Photo]:
    """100 photos of colours of their own."""
    folder = tmp_path_factory.mktemp("photos")
    found = []
    for number in range(100):
        path = folder / f"{number}.png"
        blue = np.arange(40 * 30, dtype=np.uint8).reshape(40, 30)
        pixels = np.stack([np.full_like(blue, number * 2), np.full_like(blue, 250 - number), blue], axis=-1)
        Image.fromarray(pixels).save(path)
        found.append(
            Photo(str(number), path, "warm" if number < 50 else "cold", str(number), str(number % 3))
        )
    return found


def test_features_come_in_the_photos_order(photos: list[Photo]) -> None:
    """Row i belongs to photo i, whatever threads and batches lie between; progress adds up."""
    done: list[int] = []

    features = extract(mean_colours, photos, small_preprocessing(), advance=done.append)

    assert np.allclose(features[:, 0], np.arange(100) * 2)
    assert sum(done) == 100


def test_views_follow_seed_and_photo(photos: list[Photo]) -> None:
    """A view depends on the seed and the photo alone, not on the photos around it."""
    whole, again, other = (
        extract(mean_colours, photos, small_preprocessing(), views=HARD, seed=seed) for seed in (1, 1, 2)
    )
    alone = extract(mean_colours, photos[7:8], small_preprocessing(), views=HARD, seed=1)

    assert np.array_equal(whole, again)
    assert np.array_equal(whole[7], alone[0])
    assert not np.array_equal(whole, other)


def test_features_are_asked_for_once(tmp_path: Path, photos: list[Photo]) -> None:
    """What was extracted before is read from disk; other views, seeds, photos or extractors are not it."""
    extractor = Counting()
    first = FeatureCache(tmp_path, extractor).features(photos, views=HARD, seed=1)
    again = FeatureCache(tmp_path, extractor).features(photos, views=HARD, seed=1)

    assert np.array_equal(first, again)
    assert extractor.pictures == 100
    FeatureCache(tmp_path, extractor).features(photos, views=HARD, seed=2)
    FeatureCache(tmp_path, extractor).features(photos)
    FeatureCache(tmp_path, extractor).features(photos[:50])
    assert extractor.pictures == 350
    other = Counting("two")
    FeatureCache(tmp_path, other).features(photos)
    assert other.pictures == 100


def test_a_digest_stands_for_all_that_decides_features() -> None:
    """Other weights, or pictures made to fit in another way, have features of their own."""
    plain = small_preprocessing()
    with torch.random.fork_rng():
        torch.manual_seed(1)
        one, other = nn.Conv2d(3, 2, 1), nn.Conv2d(3, 2, 1)

    digest = FeatureExtractor(one, plain).digest

    assert FeatureExtractor(copy.deepcopy(one), plain).digest == digest
    assert FeatureExtractor(other, plain).digest != digest
    for resize in set(Resize) - {plain.resize}:
        assert FeatureExtractor(one, dataclasses.replace(plain, resize=resize)).digest != digest


def test_an_unreadable_photo_ends_it(tmp_path: Path, photos: list[Photo]) -> None:
    """A file that is no picture is an error that names it, and nothing is kept."""
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    with_broken = [*photos[:40], Photo("broken", broken, "warm", "broken", "")]

    with pytest.raises(TrainingDataInvalid, match=r"broken\.jpg"):
        FeatureCache(tmp_path / "cache", Counting()).features(with_broken)

    assert not (tmp_path / "cache").exists()


def test_an_embedder_is_measured(photos: list[Photo], write_mean_colour: Callable[[], Path]) -> None:
    """Every figure is measured over the test part's photos, and lies in its interval."""
    embedder = OnnxEmbedder(write_mean_colour())

    scores = evaluate(with_embedder(embedder), photos, Part.TEST)

    queries = sum(part_of(photo.instance) is Part.TEST for photo in photos)
    for name in Scores.__dataclass_fields__:
        figure = getattr(scores, name)
        assert figure.queries == queries
        assert 0 <= figure.low <= figure.value <= figure.high <= 1
    assert scores.category_p1.value > 0.8
    assert scores.instance_r1.value <= scores.instance_r10.value
    assert "category P@1" in table({"mean colour": scores})
