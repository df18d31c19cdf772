"""The pictures of a whole run, for docs/performance.md; each says in its metadata which run it shows."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bench.charts import Bar, draw_bars
from bench.results import BenchResult, Figure, Samples

_RUN = "run"
_SHOWN_OF_BAR = 3.0


def draw_plots(result: BenchResult) -> dict[str, Image.Image]:
    """File name to picture."""
    figures = {figure.key: figure for figure in result.figures}
    return {
        "bench-bars.png": _bars_reached(result),
        "bench-images-per-second.png": _images_per_second(figures),
        "bench-core-milliseconds.png": _core_milliseconds(result, figures),
    }


def save_plots(result: BenchResult, folder: Path) -> None:
    """Write all of them there."""
    about = PngInfo()
    about.add_text(_RUN, run_name(result))
    for name, image in draw_plots(result).items():
        image.quantize(64).save(folder / name, pnginfo=about, optimize=True)


def shown_run(path: Path) -> str:
    """The name of the run that this picture shows."""
    with Image.open(path) as image:
        return str(image.info[_RUN])


def run_name(result: BenchResult) -> str:
    """Another one for every other run."""
    return sha256(result.model_dump_json().encode()).hexdigest()[:16]


def _bars_reached(result: BenchResult) -> Image.Image:
    reached = [
        *((figure.key, figure.of_bar) for figure in result.figures),
        *((measure.key, measure.of_bar) for measure in result.measures),
    ]
    bars = [_part_of_bar(key, samples) for key, samples in reached if samples is not None]
    return draw_bars("Each figure as a part of its bar: right of the line is what is wanted", bars, mark=1.0)


def _part_of_bar(key: str, reached: Samples) -> Bar:
    # What is far beyond its bar must not make all others small.
    middle, *ends = (min(each, _SHOWN_OF_BAR) for each in (reached.median, reached.lowest, reached.highest))
    return Bar(key.replace("_", " "), (middle,), f"{reached.median:.2f}", (ends[0], ends[1]))


def _images_per_second(figures: Mapping[str, Figure]) -> Image.Image:
    plain = figures["images_per_second_to_plain_service"]
    eager = figures["images_per_second_to_eager"]
    bound = figures["images_per_second_to_bound"]
    rows = (
        ("a plain service (torch eager ResNet50, one by one)", plain.against_value),
        ("this consumer with torch eager as its embedder", eager.against_value),
        ("this consumer", bound.value),
        ("all cores do nothing but decode and embed", bound.against_value),
    )
    return draw_bars(
        "Images a second, Kafka to searchable", [_bar(label, samples) for label, samples in rows]
    )


def _core_milliseconds(result: BenchResult, figures: Mapping[str, Figure]) -> Image.Image:
    beside = result.beside
    share = figures["decode_embed_share"]
    decode, embed, kafka = (
        beside[f"{part}_core_ms_per_image"].median for part in ("decode", "embed", "kafka_client")
    )
    consumer = share.against_value.median
    rest = max(0.0, consumer - decode - embed - kafka)
    return draw_bars(
        "Core-milliseconds an image",
        (
            Bar("decode and embed alone", (decode, embed), f"{share.value.median:.1f}"),
            Bar("all of the consumer", (decode, embed, kafka, rest), f"{consumer:.1f}"),
        ),
        legend=("decode", "embed", "Kafka client", "download, JSON, queues, index"),
    )


def _bar(label: str, samples: Samples) -> Bar:
    return Bar(label, (samples.median,), f"{samples.median:.1f}", (samples.lowest, samples.highest))
