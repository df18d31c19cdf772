"""What a network makes of photos and of augmented views of them, kept on disk if it is frozen."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from torch import nn

from model.augment import Views
from model.onnx_embedder import INPUT_NAME
from model.onnx_graph import onnx_graph
from model.onnx_runtime import onnxruntime
from model.photos import Photo, open_photo
from model.pixel_net import PixelNet
from model.preprocessing import Pixels, Preprocessing

Features = npt.NDArray[np.float32]
_BATCH = 32


class Extractor(Protocol):
    """A network that does not change; equal digests mean equal features."""

    digest: str
    preprocessing: Preprocessing

    def __call__(self, pixels: Pixels) -> Features:
        """uint8 [n, s, s, 3] to float32 [n, f]; blocks."""
        ...


class FeatureExtractor:
    """An `Extractor` run by ONNX Runtime, several times as fast on a CPU as torch.

    Its graph is made when the first features are asked for, which takes seconds: train the backbone later.
    """

    def __init__(self, backbone: nn.Module, preprocessing: Preprocessing) -> None:
        self.preprocessing = preprocessing
        self._net = PixelNet(backbone, preprocessing).eval()
        self.digest = _digest(self._net, preprocessing)

    def __call__(self, pixels: Pixels) -> Features:
        """uint8 [n, s, s, 3] to float32 [n, feature_dim]; blocks."""
        (features,) = self._session.run(None, {INPUT_NAME: pixels})
        return np.asarray(features)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        graph = onnx_graph(self._net, self.preprocessing.size_px).SerializeToString()
        return onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])


def _digest(net: nn.Module, preprocessing: Preprocessing) -> str:
    """Of how pictures become pixels, of the network's layers, and of every number in them."""
    digest = hashlib.sha256(f"{preprocessing.digest}\n{net!r}".encode())
    for name, tensor in net.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def view_of(photo: Photo, views: Views | None, seed: int, preprocessing: Preprocessing) -> Pixels:
    """The photo, or the view of it that `seed` and its id determine, as uint8 [s, s, 3]."""
    if views is None:
        return preprocessing.prepare(open_photo(photo.path, preprocessing.min_side_px))
    own_seed = int.from_bytes(hashlib.sha256(photo.image_id.encode()).digest()[:8])
    return preprocessing.prepare(views.of(open_photo(photo.path), np.random.default_rng((seed, own_seed))))


def extract(
    extractor: Callable[[Pixels], Features],
    photos: Sequence[Photo],
    preprocessing: Preprocessing,
    *,
    views: Views | None = None,
    seed: int = 0,
    advance: Callable[[int], None] = lambda _: None,
) -> Features:
    """What `extractor` makes of each photo, or of one view of each: float32 [n, d].

    Blocks, while two threads decode ahead. `advance` is told how many photos are done. TrainingDataInvalid.
    """
    parts: list[Features] = []
    with ThreadPoolExecutor(2) as pool:
        batch: list[Pixels] = []
        for number, pixels in enumerate(_prepared_ahead(pool, photos, preprocessing, views, seed), start=1):
            batch.append(pixels)
            if len(batch) == _BATCH or number == len(photos):
                parts.append(extractor(np.stack(batch)))
                advance(len(batch))
                batch = []
    return np.concatenate(parts)


def _prepared_ahead(
    pool: ThreadPoolExecutor,
    photos: Sequence[Photo],
    preprocessing: Preprocessing,
    views: Views | None,
    seed: int,
) -> Iterator[Pixels]:
    waiting = deque[Future[Pixels]]()
    for photo in photos:
        waiting.append(pool.submit(view_of, photo, views, seed, preprocessing))
        if len(waiting) > 2 * _BATCH:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class FeatureCache:
    """Features of a frozen extractor, in a folder that may be deleted at any time."""

    def __init__(self, folder: Path, extractor: Extractor) -> None:
        self._folder = folder
        self._extractor = extractor

    def features(
        self,
        photos: Sequence[Photo],
        *,
        views: Views | None = None,
        seed: int = 0,
        advance: Callable[[int], None] = lambda _: None,
    ) -> Features:
        """As `extract`, from disk where this has been asked before."""
        path = self._folder / f"{self._key(photos, views, seed)}.npy"
        if path.is_file():
            advance(len(photos))
            return np.asarray(np.load(path))
        features = extract(
            self._extractor, photos, self._extractor.preprocessing, views=views, seed=seed, advance=advance
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished.npy")
        np.save(unfinished, features)
        unfinished.replace(path)
        return features

    def _key(self, photos: Sequence[Photo], views: Views | None, seed: int) -> str:
        asked = [self._extractor.digest, repr(views), str(seed), *(photo.image_id for photo in photos)]
        return hashlib.sha256("\n".join(asked).encode()).hexdigest()[:16]
