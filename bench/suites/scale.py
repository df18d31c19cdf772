"""Very many vectors in the embedded engine: whether it finds the right ones, how fast, and what it takes."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.progress import Progress

from bench.asked_process import AskedProcess
from bench.catalogue_vectors import CatalogueVectors, Numbers, Vectors
from bench.core_seconds import Clocks, Effort
from bench.errors import NoRoom
from bench.exact_search import ExactSearch, recall
from bench.kept_index import MadeIndex, kept_index
from bench.likeness import Likeness, likeness
from bench.made_vectors import MadeVectors, Piece
from bench.search_index import brand_of, product_number
from bench.settings import child_environment
from search_api.settings import SearchApiSettings
from vector_store.size_class import SizeClass

LIMIT: Final = 10
# One brand is one of a hundred products: the filter's selectivity.
BRANDS: Final = 100
BRAND: Final = 7
_WARM_UP_QUESTIONS = 20
_WRITTEN, _INDEXED, _COMPARED, _ASKED = "writing", "building the graph", "exact search", "asking"
# On the disk while the engine writes everything anew, measured with some to spare.
_ROOM_BYTES_A_VECTOR = 12_000
_ANSWER_SECONDS = 4 * 3600.0
_COMPARED_PHOTOS = 3_000


@dataclass(frozen=True, slots=True)
class ScaleSizes:
    """vectors: photos in the index, of products with so many images each. questions: of a round."""

    vectors: int = 1_000_000
    images_per_product: int = 3
    rounds: int = 3
    questions: int = 200
    size_class: SizeClass = SizeClass.LARGE
    seed: int = 1


@dataclass(frozen=True, slots=True)
class ScaleMeasured:
    """What the run gave; lists by round, and in a round by question.

    real, made: how the catalogue's vectors lie, and those that are indexed. index: how it was made.
    open_seconds: in the process that answers. empty, size: what that process has in memory, and on the disk,
        before it opens the folder and after all rounds. *core_seconds: of a search, by round.
    real_recall: for the catalogue's own photos.
    """

    sizes: ScaleSizes
    dimension: int
    real: Likeness
    made: Likeness
    index: MadeIndex
    open_seconds: float = 0.0
    empty: Mapping[str, float] = field(default_factory=dict)
    size: Mapping[str, float] = field(default_factory=dict)
    seconds: list[list[float]] = field(default_factory=list)
    filtered_seconds: list[list[float]] = field(default_factory=list)
    core_seconds: list[float] = field(default_factory=list)
    filtered_core_seconds: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    filtered_recall: list[float] = field(default_factory=list)
    real_recall: list[float] = field(default_factory=list)
    other_work_cores: list[float] = field(default_factory=list)


class Truth:
    """Questions, and what is right to answer: among all products, and among those of one brand."""

    def __init__(self, questions: Vectors) -> None:
        self.questions = questions
        self.all = ExactSearch(questions, limit=LIMIT)
        self.of_brand = ExactSearch(questions, limit=LIMIT)

    def add(self, piece: Piece) -> None:
        """More of what there is to be found."""
        owners = piece.owners
        of_brand = owners % BRANDS == BRAND
        self.all.add(piece.vectors, owners)
        self.of_brand.add(piece.vectors[of_brand], owners[of_brand])


def measure_scale(
    folder: Path, real: CatalogueVectors, sizes: ScaleSizes, progress: Progress
) -> ScaleMeasured:
    """Make the index, unless the folder has it, and ask.

    Blocks: a million vectors take about a quarter of an hour on two cores. Raises BenchError.
    """
    index = kept_index(folder, _made_of(sizes))
    made = MadeVectors(real, seed=sizes.seed)
    drawn = Truth(made.questions(sizes.rounds * sizes.questions + _WARM_UP_QUESTIONS))
    photos = Truth(real.vectors)
    if index is None:
        index = _make(folder, made, sizes, progress)
    task = progress.add_task(_COMPARED, total=sizes.vectors)
    for piece in made.pieces(sizes.vectors, sizes.images_per_product):
        for truth in (drawn, photos):
            truth.add(piece)
        progress.advance(task, len(piece.vectors))
    measured = ScaleMeasured(
        sizes,
        real.vectors.shape[1],
        likeness(real.vectors, real.products, _numbers(real)),
        _likeness_of(made, sizes),
        index,
    )
    return _ask(folder, measured, drawn, photos, progress)


def _make(folder: Path, made: MadeVectors, sizes: ScaleSizes, progress: Progress) -> MadeIndex:
    _require_room(folder, sizes)
    with _engine(folder, sizes) as engine:
        engine.greeting()
        began = Clocks.of(engine.pid)
        write_seconds = write_core_seconds = 0.0
        task = progress.add_task(_WRITTEN, total=sizes.vectors)
        for piece in made.pieces(sizes.vectors, sizes.images_per_product):
            taken = _write(engine, folder, piece, made.category_names)
            write_seconds += taken["seconds"]
            write_core_seconds += taken["core_seconds"]
            progress.advance(task, len(piece.vectors))
        task = progress.add_task(_INDEXED, total=None)
        indexed = engine.ask(what="reopen")
        effort = Effort.between(began, Clocks.of(engine.pid))
        progress.update(task, total=1, completed=1)
        engine.ask(what="close")
    index = MadeIndex(
        of=_made_of(sizes),
        write_seconds=write_seconds,
        write_core_seconds=write_core_seconds,
        index_seconds=indexed["seconds"],
        index_core_seconds=indexed["core_seconds"],
        other_work_cores=effort.other_work_cores,
    )
    index.keep(folder)
    return index


def _made_of(sizes: ScaleSizes) -> dict[str, Any]:
    return {
        "vectors": sizes.vectors,
        "images_per_product": sizes.images_per_product,
        "size_class": sizes.size_class.value,
        "seed": sizes.seed,
    }


def _ask(
    folder: Path, measured: ScaleMeasured, drawn: Truth, photos: Truth, progress: Progress
) -> ScaleMeasured:
    """In a process that has done nothing else; every other round in the reverse order."""
    sizes = measured.sizes
    task = progress.add_task(_ASKED, total=sizes.rounds)
    with _engine(folder, sizes) as engine:
        empty = engine.greeting()
        open_seconds = engine.ask(what="reopen")["seconds"]
        warm_up = slice(sizes.rounds * sizes.questions, None)
        for brand in (None, brand_of(BRAND, BRANDS)):
            _answers(engine, folder, drawn.questions[warm_up], brand)
        for number in range(sizes.rounds):
            asked = slice(number * sizes.questions, (number + 1) * sizes.questions)
            steps = (
                (None, drawn.all, measured.seconds, measured.core_seconds, measured.recall),
                (
                    brand_of(BRAND, BRANDS),
                    drawn.of_brand,
                    measured.filtered_seconds,
                    measured.filtered_core_seconds,
                    measured.filtered_recall,
                ),
            )
            began = Clocks.of(engine.pid)
            for brand, truth, seconds, core_seconds, recalls in steps if number % 2 == 0 else reversed(steps):
                answer = _answers(engine, folder, drawn.questions[asked], brand)
                seconds.append(answer["seconds"])
                core_seconds.append(answer["core_seconds"] / sizes.questions)
                recalls.append(recall(_product_numbers(answer["products"]), truth.products()[asked]))
            measured.other_work_cores.append(Effort.between(began, Clocks.of(engine.pid)).other_work_cores)
            progress.advance(task)
        size = engine.ask(what="size")
        answer = _answers(engine, folder, photos.questions, None)
        measured.real_recall.append(recall(_product_numbers(answer["products"]), photos.all.products()))
    return replace(measured, open_seconds=open_seconds, empty=empty, size=size)


def _write(engine: AskedProcess, folder: Path, piece: Piece, categories: Sequence[str]) -> dict[str, float]:
    path = folder / "piece.npz"
    np.savez(path, first=piece.first, categories=piece.categories, vectors=piece.vectors, owners=piece.owners)
    taken = engine.ask(what="write", piece=str(path), categories=categories, brands=BRANDS)
    path.unlink()
    return taken


def _likeness_of(made: MadeVectors, sizes: ScaleSizes) -> Likeness:
    """Of the first products: as many as can be compared with each other."""
    piece = next(made.pieces(min(sizes.vectors, _COMPARED_PHOTOS), sizes.images_per_product))
    categories = np.repeat(piece.categories, sizes.images_per_product)[: len(piece.vectors)]
    return likeness(piece.vectors, piece.owners, categories)


def _answers(engine: AskedProcess, folder: Path, questions: Vectors, brand: str | None) -> dict[str, Any]:
    path = folder / "questions.npy"
    np.save(path, questions)
    answer = engine.ask(what="ask", questions=str(path), brand=brand, limit=LIMIT)
    path.unlink()
    return answer


def _engine(folder: Path, sizes: ScaleSizes) -> AskedProcess:
    return AskedProcess(
        ["bench.scale_engine", str(folder / "index"), sizes.size_class],
        environment=child_environment({}, said_by_us=SearchApiSettings.model_fields.keys()),
        log=folder / "engine.log",
        answer_seconds=_ANSWER_SECONDS,
    )


def _require_room(folder: Path, sizes: ScaleSizes) -> None:
    wanted, free = sizes.vectors * _ROOM_BYTES_A_VECTOR, shutil.disk_usage(folder).free
    if free < wanted:
        raise NoRoom(
            f"{sizes.vectors:,} vectors want {wanted / 2**30:.1f} GiB of the disk for a while, and {folder} "
            f"has {free / 2**30:.1f} GiB: set TMPDIR to a folder with more, or ask for fewer with --vectors"
        )


def _product_numbers(products: Sequence[Sequence[str]]) -> list[list[int]]:
    return [[product_number(each) for each in found] for found in products]


def _numbers(real: CatalogueVectors) -> Numbers:
    """Of each photo's category, the same number for the same name."""
    return np.unique(np.array(real.categories), return_inverse=True)[1][real.products]
