"""OnnxEmbedder: what it answers, and which files it refuses to serve."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from model.checked_embedder import checked_embeddings
from model.errors import BadEmbedding, ModelFileInvalid, ModelFileMissing
from model.onnx_embedder import OnnxEmbedder, read_info
from model.probe import embedding_to_text
from tests.unit.model.small_models import SIZE_PX, mean_colour_info, mean_colour_proto

Writer = Callable[..., Path]


def noise(count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(3).integers(1, 256, (count, SIZE_PX, SIZE_PX, 3), dtype=np.uint8)


def test_it_says_what_its_file_says(write_mean_colour: Writer) -> None:
    """Version, dimension and preprocessing come from the file's metadata."""
    embedder = OnnxEmbedder(write_mean_colour())

    assert embedder.info == mean_colour_info()
    assert (embedder.model_version, embedder.dimension) == ("00c0ffee", 3)
    assert embedder.preprocessing == mean_colour_info().preprocessing


def test_pictures_become_vectors_of_length_one(write_mean_colour: Writer) -> None:
    """A red picture's vector points to red, whatever its size."""
    vectors = OnnxEmbedder(write_mean_colour()).embed(
        [Image.new("RGB", (40, 7), "red"), Image.new("RGB", (3, 3), "white")]
    )

    assert vectors.dtype == np.float32
    assert np.allclose(vectors, np.asarray([[1, 0, 0], [3**-0.5] * 3]), atol=1e-6)


def test_no_pictures_give_no_vectors(write_mean_colour: Writer) -> None:
    """An empty batch is no error."""
    assert OnnxEmbedder(write_mean_colour()).embed([]).shape == (0, 3)


@pytest.mark.parametrize("batch_size", [1, 7, 32, 33])
def test_batch_size_changes_nothing(write_mean_colour: Writer, batch_size: int) -> None:
    """The same pictures give the same vectors to 1e-5 in batches of any size, beyond the longest run too."""
    embedder = OnnxEmbedder(write_mean_colour(), threads=1)
    pixels = noise(70)

    whole = embedder.embed_prepared(pixels)
    parts = [
        embedder.embed_prepared(pixels[start : start + batch_size]) for start in range(0, 70, batch_size)
    ]

    assert np.abs(np.concatenate(parts) - whole).max() <= 1e-5


def test_threads_may_share_one(write_mean_colour: Writer) -> None:
    """Calls from several threads at once get each their own answer."""
    embedder = OnnxEmbedder(write_mean_colour())
    pixels = noise(64)
    expected = embedder.embed_prepared(pixels)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda row: embedder.embed_prepared(pixels[row : row + 1])[0], range(64)))

    assert np.allclose(answers, expected, atol=1e-6)


@pytest.mark.parametrize(
    "batch",
    [
        np.zeros((1, SIZE_PX, SIZE_PX, 3), dtype=np.float32),
        np.zeros((1, 3, SIZE_PX, SIZE_PX), dtype=np.uint8),
        np.zeros((SIZE_PX, SIZE_PX, 3), dtype=np.uint8),
        np.zeros((1, 64, 64, 3), dtype=np.uint8),
    ],
)
def test_pixels_of_another_shape_are_the_callers_mistake(write_mean_colour: Writer, batch: object) -> None:
    """Anything but uint8 [n, s, s, 3] is a ValueError, not a wrong vector."""
    with pytest.raises(ValueError, match="a batch must be uint8"):
        OnnxEmbedder(write_mean_colour()).embed_prepared(batch)  # type: ignore[arg-type]


def test_a_vector_that_is_not_finite_is_refused(write_mean_colour: Writer) -> None:
    """A model that answers NaN for one picture of a batch is refused, and the error names that picture."""
    pixels = noise(3)
    pixels[1] = 0

    with pytest.raises(BadEmbedding) as caught:
        OnnxEmbedder(write_mean_colour()).embed_prepared(pixels)

    assert caught.value.rows == (1,)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, 0.5, 2.0])
def test_every_wrong_number_is_refused(value: float) -> None:
    """NaN, infinities and lengths other than 1 never leave an embedder."""
    vectors = np.eye(4, dtype=np.float32)
    vectors[2, 2] = value

    with pytest.raises(BadEmbedding) as caught:
        checked_embeddings(vectors, 4, 4)

    assert caught.value.rows == (2,)


@pytest.mark.parametrize(("count", "dimension"), [(3, 4), (4, 3)])
def test_a_wrong_shape_is_refused(count: int, dimension: int) -> None:
    """Too many or too few vectors, or vectors of another length, never leave an embedder."""
    with pytest.raises(BadEmbedding, match="not float32"):
        checked_embeddings(np.eye(4, dtype=np.float32), count, dimension)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    """A path without a file is ModelFileMissing, with the path."""
    with pytest.raises(ModelFileMissing, match=r"none\.onnx"):
        OnnxEmbedder(tmp_path / "none.onnx")


@pytest.mark.parametrize("kind", ["empty", "text", "noise", "cut", "folder"])
def test_a_damaged_file_is_one_line(write_mean_colour: Writer, tmp_path: Path, kind: str) -> None:
    """Bytes that are no model are a ModelFileError of one line at load."""
    path = tmp_path / "damaged.onnx"
    match kind:
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("<html>404</html>\n" * 50)
        case "noise":
            path.write_bytes(os.urandom(4000))
        case "cut":
            path.write_bytes(write_mean_colour().read_bytes()[:400])
        case "folder":
            path.mkdir()

    with pytest.raises((ModelFileInvalid, ModelFileMissing)) as caught:
        OnnxEmbedder(path)

    assert "damaged.onnx" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_foreign_model_is_refused(tmp_path: Path) -> None:
    """A sound ONNX file that we did not export is refused, and the error says how to make one."""
    path = tmp_path / "foreign.onnx"
    onnx.save_model(mean_colour_proto(metadata={}), path)

    with pytest.raises(ModelFileInvalid, match="python -m model export"):
        OnnxEmbedder(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "triplet-net/2"},
        {"dimension": "128"},
        {"dimension": "many"},
        {"model_version": "new"},
        {"preprocessing": "{}"},
        {"preprocessing": mean_colour_info().preprocessing.to_json().replace('"size_px":32', '"size_px":64')},
        {"probe": "?"},
        {"probe": "QUJD"},
        {"probe": embedding_to_text(np.zeros(2, dtype=np.float32))},
    ],
)
def test_metadata_that_does_not_fit_is_refused(write_mean_colour: Writer, changes: dict[str, str]) -> None:
    """Damaged metadata, or metadata of another network, is refused at load."""
    with pytest.raises(ModelFileInvalid):
        OnnxEmbedder(write_mean_colour(**changes))


def test_a_graph_with_other_inputs_is_refused(write_mean_colour: Writer) -> None:
    """A graph that does not take what its metadata says is refused, with what it takes."""
    path = write_mean_colour()
    proto = onnx.load(path)
    proto.graph.input[0].name = proto.graph.node[0].input[0] = "picture"
    onnx.save_model(proto, path)

    with pytest.raises(ModelFileInvalid, match="picture"):
        OnnxEmbedder(path)


@pytest.mark.parametrize("wrong", [[1.0, 0.0, 0.0], [float("nan")] * 3])
def test_a_model_that_fails_its_probe_is_refused(write_mean_colour: Writer, wrong: list[float]) -> None:
    """A file whose network no longer embeds the test picture as exported is refused at load."""
    probe = embedding_to_text(np.asarray(wrong, dtype=np.float32))

    with pytest.raises(ModelFileInvalid, match="damaged"):
        OnnxEmbedder(write_mean_colour(probe=probe))


def test_info_alone_can_be_read(write_mean_colour: Writer, tmp_path: Path) -> None:
    """What a file says about itself is read without running it; a missing file is an error there too."""
    assert read_info(write_mean_colour()) == mean_colour_info()
    with pytest.raises(ModelFileMissing):
        read_info(tmp_path / "none.onnx")
