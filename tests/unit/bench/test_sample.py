import pytest

from bench.errors import WrongOutcome
from bench.sample import draw, first, image_count, photo_paths, renamed
from standalone.catalogue import read_catalogue

URL = "http://127.0.0.1:1/"


@pytest.mark.parametrize("images", [1, 10, 400])
def test_exactly_so_many_images_are_drawn(images: int) -> None:
    """Rounds are compared by images a second, so each has the very number that was asked for."""
    assert image_count(draw(read_catalogue(), images=images, seed=1, base_url=URL)) == images


def test_a_seed_draws_the_same_products_again() -> None:
    """Two runs with one seed index the same photos in the same order; another seed draws others."""
    catalogue = read_catalogue()
    once, again, other = (draw(catalogue, images=50, seed=seed, base_url=URL) for seed in (1, 1, 2))
    assert once == again
    assert once != other


def test_more_images_than_there_are_is_refused() -> None:
    """A run that would measure less than it says does not begin."""
    with pytest.raises(WrongOutcome, match="fewer than the 100000"):
        draw(read_catalogue(), images=100_000, seed=1, base_url=URL)


def test_the_first_products_lose_what_is_too_much() -> None:
    """The last product taken keeps only as many images as are still missing."""
    products = [{"id": "a", "images": [{"url": "1"}]}, {"id": "b", "images": [{"url": "2"}, {"url": "3"}]}]
    taken = first(products, 2)
    assert [len(product["images"]) for product in taken] == [1, 1]
    assert len(products[1]["images"]) == 2


def test_renamed_products_are_new_ones() -> None:
    """The same photos under other ids are nothing that an index already has."""
    [product] = renamed([{"id": "a", "images": []}], "round-2")
    assert product["id"] == "a-round-2"


def test_photos_are_found_behind_their_urls() -> None:
    """What is decoded alone is what the consumer downloads, image for image."""
    catalogue = read_catalogue()
    products = draw(catalogue, images=20, seed=1, base_url=URL)
    paths = photo_paths(products, catalogue.photos)
    assert len(paths) == 20
    assert all((catalogue.photos / path).is_file() for path in paths)
