"""The first figures: the consumer beside a plain service, and beside what no consumer can do without."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

from bench.asked_process import AskedProcess
from bench.consumer_runs import ConsumerRuns
from bench.core_seconds import Effort, usable_cores
from bench.plain_run import PlainRun
from bench.results import Figure, Samples
from bench.sample import Product, draw, first, photo_paths, renamed
from bench.surroundings import Surroundings, consumer_environment
from standalone.catalogue import Catalogue

Report = Callable[[str], None]
_WARM_UP_IMAGES = 16


@dataclass(frozen=True, slots=True)
class QuickSizes:
    """images, plain_images: indexed in a round by the consumer and by the plain service."""

    rounds: int = 5
    images: int = 400
    plain_images: int = 24
    seed: int = 1


@dataclass(frozen=True, slots=True)
class QuickMeasured:
    """What the rounds gave, each list by round.

    decode, embed: core-seconds an image, alone. consumer, plain: what a round's images took them.
    settings: of the measured processes.
    """

    sizes: QuickSizes
    settings: dict[str, object]
    decode: list[float] = field(default_factory=list)
    embed: list[float] = field(default_factory=list)
    consumer: list[Effort] = field(default_factory=list)
    plain: list[Effort] = field(default_factory=list)


def measure_quick(
    around: Surroundings, catalogue: Catalogue, sizes: QuickSizes, report: Report
) -> QuickMeasured:
    """Run all rounds. Blocks for about a minute and a half on two cores. Raises BenchError, DemoError.

    In every round everything is measured once, every other time in the reverse order: whatever slows the
    machine down for a while is shared by what is compared.
    """
    products = draw(catalogue, images=sizes.images, seed=sizes.seed, base_url=around.photos_url)
    plain_products = first(products, sizes.plain_images)
    warm_up = draw(
        catalogue,
        images=min(_WARM_UP_IMAGES, sizes.images),
        seed=sizes.seed + 1,
        base_url=around.photos_url,
    )
    with ExitStack() as parts:
        # The two start at once; what they import is no part of what is measured.
        consumer = parts.enter_context(ConsumerRuns(around))
        alone = parts.enter_context(_decode_embed(around))
        plain = parts.enter_context(PlainRun(around))
        report("starting the plain service, and the embedder alone")
        measured = QuickMeasured(sizes, alone.greeting() | plain.greeting())
        alone.ask(photos=photo_paths(warm_up, catalogue.photos))
        plain.index(renamed(warm_up[:1], "warm-up"))
        photos = photo_paths(products, catalogue.photos)
        for number in range(1, sizes.rounds + 1):
            steps = (
                partial(_measure_alone, measured, alone, photos),
                partial(
                    _measure_consumer,
                    measured,
                    consumer,
                    renamed(warm_up, f"warm-up-{number}"),
                    renamed(products, f"round-{number}"),
                ),
                partial(_measure_plain, measured, plain, renamed(plain_products, f"round-{number}")),
            )
            for step in steps if number % 2 else reversed(steps):
                step()
            report(_line(measured, number))
        consumer.check()
    return measured


def quick_figures(measured: QuickMeasured) -> tuple[Figure, ...]:
    """The figures that the rounds give."""
    images = measured.sizes.images
    images_per_second = Samples(rounds=tuple(images / each.seconds for each in measured.consumer))
    core_seconds = Samples(rounds=tuple(each.core_seconds / images for each in measured.consumer))
    alone = Samples(rounds=_sums(measured.decode, measured.embed))
    return (
        Figure(
            key="images_per_second_to_plain_service",
            title="Kafka to searchable",
            unit="images/s",
            value=images_per_second,
            against="a plain service: one image at a time, torch-eager ResNet50, one upsert each",
            against_value=Samples(
                rounds=tuple(measured.sizes.plain_images / each.seconds for each in measured.plain)
            ),
            bar=8.0,
        ),
        Figure(
            key="decode_embed_share",
            title="Decode and embed, alone",
            unit="core-ms/image",
            value=_thousandfold(alone),
            against="all of the consumer process, Kafka to searchable",
            against_value=_thousandfold(core_seconds),
            bar=0.8,
        ),
        Figure(
            key="images_per_second_to_bound",
            title="Kafka to searchable, broker and image host on the same cores",
            unit="images/s",
            value=images_per_second,
            against="the bound: all cores do nothing but decode and embed",
            against_value=Samples(rounds=tuple(usable_cores() / each for each in alone.rounds)),
            bar=0.7,
        ),
    )


def beside_figures(measured: QuickMeasured) -> dict[str, Samples]:
    """What helps to understand the figures, by name."""
    images = measured.sizes.images
    return {
        "decode_core_ms_per_image": _thousandfold(Samples(rounds=tuple(measured.decode))),
        "embed_core_ms_per_image": _thousandfold(Samples(rounds=tuple(measured.embed))),
        "kafka_client_core_ms_per_image": _thousandfold(
            Samples(rounds=tuple(each.kafka_core_seconds / images for each in measured.consumer))
        ),
        "consumer_seconds": Samples(rounds=tuple(each.seconds for each in measured.consumer)),
        "plain_core_ms_per_image": _thousandfold(
            Samples(rounds=tuple(each.core_seconds / measured.sizes.plain_images for each in measured.plain))
        ),
        "around_core_ms_per_image": _thousandfold(
            Samples(rounds=tuple(each.around_core_seconds / images for each in measured.consumer))
        ),
        "other_work_cores": Samples(rounds=tuple(each.other_work_cores for each in measured.consumer)),
        "other_work_cores_plain": Samples(rounds=tuple(each.other_work_cores for each in measured.plain)),
    }


def _decode_embed(around: Surroundings) -> AskedProcess:
    unused = around.folder / "unused"
    return AskedProcess(
        ["bench.decode_embed"],
        environment=consumer_environment(around, topic="unused", index=unused),
        log=around.folder / "decode-embed.log",
    )


def _measure_alone(measured: QuickMeasured, alone: AskedProcess, photos: Sequence[str]) -> None:
    answer = alone.ask(photos=photos)
    measured.decode.append(answer["decode_core_seconds"] / len(photos))
    measured.embed.append(answer["embed_core_seconds"] / len(photos))


def _measure_consumer(
    measured: QuickMeasured, consumer: ConsumerRuns, warm_up: Sequence[Product], products: Sequence[Product]
) -> None:
    measured.consumer.append(consumer.measure(warm_up, products))


def _measure_plain(measured: QuickMeasured, plain: PlainRun, products: Sequence[Product]) -> None:
    measured.plain.append(plain.index(products))


def _line(measured: QuickMeasured, number: int) -> str:
    consumer = measured.consumer[-1]
    images = measured.sizes.images
    return (
        f"round {number} of {measured.sizes.rounds}: {images / consumer.seconds:.1f} images/s, "
        f"{1000 * consumer.core_seconds / images:.1f} core-ms an image, of which decode and embed alone take "
        f"{1000 * (measured.decode[-1] + measured.embed[-1]):.1f}; the plain service "
        f"{measured.sizes.plain_images / measured.plain[-1].seconds:.1f} images/s"
    )


def _sums(first: Sequence[float], second: Sequence[float]) -> tuple[float, ...]:
    return tuple(a + b for a, b in zip(first, second, strict=True))


def _thousandfold(samples: Samples) -> Samples:
    return Samples(rounds=tuple(1000 * each for each in samples.rounds))
