"""Vectors that another generation of the same model has: neither downloaded nor embedded again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

import structlog

from vector_store import (
    Generation,
    GenerationMissing,
    ProductIndex,
    ProductRecord,
    Stamp,
    StoreCorrupt,
    StoreUnavailable,
    VectorStore,
)
from vector_store.points import Vector

_log = structlog.get_logger()
_LOOK_AGAIN_SECONDS = 10.0
_LEAVE_ALONE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class WantedVectors:
    """The images of one product's state that would have to be downloaded."""

    product_id: str
    stamp: Stamp
    image_keys: tuple[str, ...]


class VectorSource(Protocol):
    """Where vectors may be had without a download."""

    def find(self, wanted: Sequence[WantedVectors]) -> Mapping[str, Mapping[str, Vector]]:
        """Vectors (float32 [dimension]) by product id and image key; what is not known is left out.

        May block as a collection does. Never raises: what is not found is downloaded.
        """
        ...


class NothingKnown:
    """No other generation is asked."""

    def find(self, wanted: Sequence[WantedVectors]) -> Mapping[str, Mapping[str, Vector]]:
        """Nothing."""
        return {}


class PromotedVectors:
    """The promoted generation's vectors, while it is another one of the same model version. One thread's.

    A promoted generation that is gone or does not answer is left alone for a while, and images are downloaded
    meanwhile: the one that is built may be its very replacement, and must not wait for it.

    own: the generation that is built. clock: seconds, monotonic.
    """

    def __init__(
        self, store: VectorStore, own: Generation, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._store = store
        self._own = own
        self._clock = clock
        self._promoted: ProductIndex | None = None
        self._look_again_at = clock()

    def find(self, wanted: Sequence[WantedVectors]) -> Mapping[str, Mapping[str, Vector]]:
        """See VectorSource."""
        if not wanted:
            return {}
        try:
            if self._clock() >= self._look_again_at:
                self._look_again_at = self._clock() + _LOOK_AGAIN_SECONDS
                self._promoted = self._of_the_same_model()
            return {} if self._promoted is None else _known_vectors(self._promoted, wanted)
        except (GenerationMissing, StoreCorrupt, StoreUnavailable) as error:
            self._promoted = None
            self._look_again_at = self._clock() + _LEAVE_ALONE_SECONDS
            _log.warning("no vectors of the promoted generation for a while", reason=str(error))
            return {}

    def _of_the_same_model(self) -> ProductIndex | None:
        name = self._store.promoted()
        if name is None or name == self._own.name:
            return None
        promoted = ProductIndex(self._store.open(name))
        # Stamps of two kinds of order do not compare.
        comparable = (
            promoted.generation.model_version == self._own.model_version
            and promoted.generation.order_kind == self._own.order_kind
        )
        return promoted if comparable else None


def _known_vectors(promoted: ProductIndex, wanted: Sequence[WantedVectors]) -> dict[str, dict[str, Vector]]:
    """Vectors of images that the product's record lists, where it is not behind the state that wants them.

    A record that is behind may lack a download anew that came before that state, and that a compacted topic
    no longer tells of. A record that is the same after the vectors were read was so meanwhile, and what it
    lists has a point that is not older than itself.
    """
    records = promoted.records(each.product_id for each in wanted)
    keys = {
        each.product_id: listed for each in wanted if (listed := _listed(records.get(each.product_id), each))
    }
    if not keys:
        return {}
    vectors = promoted.vectors(keys)
    afterwards = promoted.records(vectors)
    return {
        product_id: found
        for product_id, found in vectors.items()
        if (still := afterwards.get(product_id)) is not None and still.stamp == records[product_id].stamp
    }


def _listed(record: ProductRecord | None, wanted: WantedVectors) -> list[str]:
    if record is None or record.stamp < wanted.stamp:
        return []
    return [key for key in wanted.image_keys if record.lists_as_indexed(key)]
