"""The generation that a photo is compared with, always together with the model that embeds it."""

from model.embedder import Embedder
from search_api.errors import ModelLoading
from search_api.index.current_index import CurrentIndex
from search_api.photos.embedder_pool import EmbedderPool
from vector_store import ProductIndex


def index_for_photo(
    current: ProductIndex, index: CurrentIndex, embedders: EmbedderPool
) -> tuple[ProductIndex, Embedder]:
    """The current generation and its model; while that is being read, the generation before and its model.

    Models are read ahead, so that the second is rare: a generation that was promoted as soon as it was there.
    Never blocks. Raises ModelLoading, ModelMissing.
    """
    try:
        return current, embedders.get(current.generation.model_version)
    except ModelLoading:
        before = index.before(current)
        if before is None or (embedder := embedders.loaded(before.generation.model_version)) is None:
            raise
        return before, embedder
