"""The embedder for machines with torch, on a CPU or a CUDA GPU."""

from collections.abc import Mapping
from pathlib import Path

import torch

from model.backbones import BACKBONES, Backbone
from model.checked_embedder import CheckedEmbedder
from model.errors import BadEmbedding
from model.pixel_net import PixelNet
from model.preprocessing import Pixels
from model.probe import Embeddings
from model.settings import EmbedDevice
from model.tensor_file import load_tensor_file


class TorchEmbedder(CheckedEmbedder):
    """Serves the .safetensors file at `path`, or beside the .onnx file at `path`; an `Embedder`.

    Loading blocks for seconds and tests the file by its probe. ModelFileMissing, ModelFileInvalid.
    `threads` sets torch's, which are the whole process's. Several threads may call at once.
    """

    def __init__(
        self,
        path: Path,
        threads: int | None = None,
        device: EmbedDevice = EmbedDevice.CPU,
        *,
        backbones: Mapping[str, Backbone] = BACKBONES,
    ) -> None:
        net, info = load_tensor_file(path.with_suffix(".safetensors"), backbones)
        super().__init__(path.with_suffix(".safetensors"), info)
        if threads is not None:
            torch.set_num_threads(threads)
        self._device = torch.device(device.value)
        self._net = PixelNet(net, info.preprocessing).eval().to(self._device)
        self.check_probe()

    def _run(self, batch: Pixels) -> Embeddings:
        pixels = torch.from_numpy(batch).to(self._device)
        try:
            # TF32 would cost more than the agreement that two embedders of one version owe each other.
            with torch.inference_mode(), torch.backends.cudnn.flags(allow_tf32=False):
                embeddings: Embeddings = self._net(pixels).cpu().numpy()
        except RuntimeError as error:
            raise BadEmbedding(f"torch failed on a batch of {len(batch)}: {error}") from error
        return embeddings
