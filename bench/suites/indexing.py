"""The consumer beside itself: with torch's eager mode as its embedder, and with photos from far away."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

from bench.consumer_runs import ConsumerRuns
from bench.core_seconds import Effort
from bench.results import Figure, Measure, Samples
from bench.sample import draw, renamed
from bench.surroundings import Surroundings
from model.settings import EmbedderKind
from standalone.catalogue import Catalogue

Report = Callable[[str], None]
_WARM_UP_IMAGES = 16


@dataclass(frozen=True, slots=True)
class IndexingSizes:
    """images: indexed by each of the three in a round. latency_ms: of the image host that is far away."""

    rounds: int = 4
    images: int = 400
    latency_ms: int = 80
    seed: int = 1


@dataclass(frozen=True, slots=True)
class IndexingMeasured:
    """What the rounds gave, each list by round. products: among which the images are.

    near, eager, far: what a round's images took. start_seconds, peak_mb: of the first of the three.
    """

    sizes: IndexingSizes
    products: int
    near: list[Effort] = field(default_factory=list)
    eager: list[Effort] = field(default_factory=list)
    far: list[Effort] = field(default_factory=list)
    start_seconds: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)


def measure_indexing(
    around: Surroundings, catalogue: Catalogue, sizes: IndexingSizes, report: Report
) -> IndexingMeasured:
    """Run all rounds, every other one in the reverse order. Blocks for about two minutes on two cores.

    Raises BenchError, DemoError.
    """
    products = draw(catalogue, images=sizes.images, seed=sizes.seed, base_url=around.photos_url)
    few = min(_WARM_UP_IMAGES, sizes.images)
    warm_up = draw(catalogue, images=few, seed=sizes.seed + 1, base_url=around.photos_url)
    measured = IndexingMeasured(sizes, len(products))
    with ExitStack() as parts:
        near = parts.enter_context(ConsumerRuns(around, name="near"))
        far = parts.enter_context(ConsumerRuns(around, name="far"))
        torch = {"EMBEDDER": EmbedderKind.TORCH.value}
        eager = parts.enter_context(ConsumerRuns(around, name="eager", settings=torch))

        def run(runs: ConsumerRuns, into: list[Effort], number: int, latency_ms: int = 0) -> None:
            around.photo_host.ask(latency_ms=latency_ms)
            before = renamed(warm_up, f"warm-up-{number}")
            into.append(runs.measure(before, renamed(products, f"round-{number}")))

        for number in range(1, sizes.rounds + 1):
            steps = (
                partial(run, near, measured.near, number),
                partial(run, eager, measured.eager, number),
                partial(run, far, measured.far, number, sizes.latency_ms),
            )
            for step in steps if number % 2 else reversed(steps):
                step()
            report(_line(measured, number))
        around.photo_host.ask(latency_ms=0)
        for each in (near, far, eager):
            each.check()
        measured.start_seconds.extend(near.start_seconds)
        measured.peak_mb.extend(near.peak_mb)
    return measured


def indexing_figures(measured: IndexingMeasured) -> tuple[Figure, ...]:
    """The figures that the rounds give."""
    sizes = measured.sizes
    return (
        Figure(
            key="images_per_second_to_eager",
            title="Kafka to searchable",
            unit="images/s",
            value=_a_second(sizes.images, measured.near),
            against="the same consumer with the same network in torch's eager mode, in the same batches",
            against_value=_a_second(sizes.images, measured.eager),
            bar=2.5,
        ),
        Figure(
            key="products_per_second_far",
            title=f"Kafka to searchable, an image host {sizes.latency_ms} ms away",
            unit="products/s",
            value=_a_second(measured.products, measured.far),
            against="an image host that answers at once",
            against_value=_a_second(measured.products, measured.near),
            bar=0.9,
        ),
    )


def indexing_measures(measured: IndexingMeasured) -> tuple[Measure, ...]:
    """What stands by itself."""
    return (
        Measure(
            key="consumer_peak_mb",
            title="Memory of the consumer at full speed, the most it ever had",
            unit="MB",
            value=Samples(rounds=tuple(measured.peak_mb)),
            at_most=600,
        ),
        Measure(
            key="consumer_start_seconds",
            title="From the consumer's start until it is ready",
            unit="s",
            value=Samples(rounds=tuple(measured.start_seconds)),
            at_most=3.5,
        ),
    )


def indexing_beside(measured: IndexingMeasured) -> dict[str, Samples]:
    """What helps to understand the figures, by name."""
    efforts = {"near": measured.near, "eager": measured.eager, "far": measured.far}
    core_ms = {
        f"{name}_core_ms_per_image": Samples(
            rounds=tuple(1000 * each.core_seconds / measured.sizes.images for each in taken)
        )
        for name, taken in efforts.items()
    }
    others = [
        max(each.other_work_cores for each in of_a_round)
        for of_a_round in zip(*efforts.values(), strict=True)
    ]
    return {**core_ms, "other_work_cores_indexing": Samples(rounds=tuple(others))}


def _a_second(number: int, efforts: list[Effort]) -> Samples:
    return Samples(rounds=tuple(number / each.seconds for each in efforts))


def _line(measured: IndexingMeasured, number: int) -> str:
    near, eager, far = (
        measured.sizes.images / taken[-1].seconds for taken in (measured.near, measured.eager, measured.far)
    )
    return (
        f"round {number} of {measured.sizes.rounds}: {near:.1f} images/s, {eager:.1f} with torch's eager "
        f"mode, {far:.1f} from {measured.sizes.latency_ms} ms away"
    )
