"""`consumer audit` and `consumer products`, as they are typed, over an embedded index."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consumer.commands.main import cli
from tests.contract.samples import a_generation, a_record, a_write, insert
from vector_store import GenerationMissing, HasId, ProductIndex, Stamp
from vector_store.edge import EdgeStore
from vector_store.identity import image_point_uuid, product_uuid
from vector_store.points import DeletePoints, Point

OTHER = a_generation("other")
WHY_MISSING = "the record lists the image as indexed, and there is no such point"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two generations: the promoted one has every kind of product, the other none."""
    folder = tmp_path / "index"
    with closing(EdgeStore(folder)) as store:
        generation = a_generation()
        index = ProductIndex(store.create(generation))
        store.create(OTHER)
        store.promote(generation.name)
        index.write(
            [
                a_write(a_record("found", Stamp(4, 0), indexed=["https://x/a.jpg"])),
                a_write(a_record("pending", Stamp(4, 0), indexed=["https://x/a"], pending=["https://x/b"])),
                a_write(a_record("failed", Stamp(4, 0), failed=["https://x/c"])),
                a_write(a_record("bare", Stamp(4, 0))),
                a_write(a_record("deleted", Stamp(5, 0))),
            ]
        )
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[ProductIndex]:
    with closing(EdgeStore(folder)) as store:
        yield ProductIndex(store.open(a_generation().name))


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, words, env={"QDRANT_PATH": str(folder)})


def audit(folder: Path, *words: str) -> Result:
    return run(folder, "audit", "--settle-seconds", "0", *words)


def rows(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def damage(folder: Path) -> None:
    with closing(EdgeStore(folder)) as store:
        collection = store.open(a_generation().name)
        lost = HasId(frozenset({image_point_uuid("found", "https://x/a.jpg")}))
        collection.apply([DeletePoints(lost)])
        leftover = a_write(a_record("deleted", Stamp(4, 0), indexed=["https://x/old"]))
        insert(collection, [leftover.points[0].to_point()])


def test_a_sound_index_is_clean(folder: Path) -> None:
    """Status 0, and what was covered."""
    result = run(folder, "audit")
    assert result.exit_code == 0
    assert result.stdout == "products-0a1b2c3d: 5 records, 2 image points: nothing found\n"


def test_findings_are_told_and_left(folder: Path) -> None:
    """Status 3, a line each with what --repair would do, and nothing is changed."""
    damage(folder)
    first, second = audit(folder), audit(folder)
    assert first.exit_code == second.exit_code == 3
    assert sorted(first.stdout.splitlines()) == sorted(
        [
            f"missing    found  https://x/a.jpg: {WHY_MISSING}; --repair has it embedded again",
            "orphan     deleted  https://x/old: the product is deleted; --repair removes it",
            "products-0a1b2c3d: 5 records, 2 image points: 1 orphan, 1 missing",
        ]
    )
    assert first.stdout == second.stdout


def test_a_repair_is_told_as_json(folder: Path) -> None:
    """Findings, then a summary; the next audit is clean, and the image waits for the mender."""
    damage(folder)
    repaired = audit(folder, "--repair", "--json")
    assert repaired.exit_code == 3
    *findings, summary = rows(repaired)
    assert {(each["finding"], each["remedy"], each["product_id"]) for each in findings} == {
        ("missing", "embed again", "found"),
        ("orphan", "remove", "deleted"),
    }
    assert summary == {
        "generation": "products-0a1b2c3d",
        "clean": False,
        "repair": True,
        "records": 5,
        "image_points": 2,
        "findings": {"orphan": 1, "missing": 1, "stale": 0, "unreadable": 0},
        "remedies": {"remove": 1, "embed again": 1, "none": 0},
        "unsettled": 0,
    }
    assert run(folder, "audit").exit_code == 0
    with opened(folder) as index:
        assert {record.product_id for record in index.due(2**52, limit=9)} == {"found", "pending"}


def test_another_generation_can_be_named(folder: Path) -> None:
    """The promoted one is only the default."""
    assert run(folder, "audit", "--generation", OTHER.name).stdout.startswith(f"{OTHER.name}: 0 records")
    assert run(folder, "products", "--generation", OTHER.name).stdout == "no such products\n"
    missing = run(folder, "audit", "--generation", "products-ffffffff")
    assert isinstance(missing.exception, GenerationMissing)


def test_without_a_promoted_generation_the_way_is_named(tmp_path: Path) -> None:
    """An empty index is one clear line."""
    for command in ("audit", "products"):
        failed = run(tmp_path / "empty", command)
        assert isinstance(failed.exception, GenerationMissing)
        assert "--generation" in str(failed.exception)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ((), {"pending", "failed", "bare"}),
        (("--failed",), {"failed"}),
        (("--pending",), {"pending"}),
        (("--all",), {"found", "pending", "failed", "bare", "deleted"}),
        (("--product", "found"), {"found"}),
        (("--product", "deleted"), {"deleted"}),
    ],
)
def test_products_can_be_chosen(folder: Path, choice: tuple[str, ...], expected: set[str]) -> None:
    """What is in trouble, a kind of trouble, all, or one."""
    result = run(folder, "products", *choice, "--json")
    assert result.exit_code == 0
    assert {each["product_id"] for each in rows(result)} == expected


def test_a_table_says_why_and_what_is_next(folder: Path) -> None:
    """A line for each image that is not found, under one header."""
    header, *lines = run(folder, "products").stdout.splitlines()
    assert header.split()[:2] == ["product", "found"]
    by_product = {line.split()[0]: line for line in lines}
    assert by_product.keys() == {"pending", "failed", "bare"}
    assert "partly" in by_product["pending"]
    assert "HttpUnavailable | https://x/b | tried again now" in by_product["pending"]
    assert "NotAnImage | https://x/c | given up" in by_product["failed"]
    assert "publish it with an image" in by_product["bare"]


def test_products_come_page_by_page(folder: Path) -> None:
    """`--limit` and `--after` cover everything once, in the same order."""
    everything = [each["product_id"] for each in rows(run(folder, "products", "--all", "--json"))]
    assert everything == sorted(everything, key=lambda product: product_uuid(str(product)))
    paged: list[object] = []
    while len(page := rows(run(folder, "products", "--all", "--json", "--limit", "2", *_after(paged)))) == 2:
        paged += [each["product_id"] for each in page]
    assert [*paged, *(each["product_id"] for each in page)] == everything


def _after(paged: list[object]) -> tuple[str, ...]:
    return ("--after", str(paged[-1])) if paged else ()


def test_a_product_that_was_never_heard_of_is_an_error(folder: Path) -> None:
    """With where to look for it."""
    result = run(folder, "products", "--product", "nobody")
    assert result.exit_code == 1
    assert "never heard of a product 'nobody'" in result.stderr
    assert "dead-letters list" in result.stderr


def test_one_product_takes_no_other_choice(folder: Path) -> None:
    """A contradiction is refused, not guessed at."""
    assert run(folder, "products", "--product", "p", "--failed").exit_code == 2


def test_a_record_that_cannot_be_read_is_told_and_passed_by(folder: Path) -> None:
    """The others are listed all the same."""
    with closing(EdgeStore(folder)) as store:
        insert(store.open(a_generation().name), [Point(product_uuid("odd"), {"kind": "record"})])
    result = run(folder, "products", "--all", "--json")
    assert len(rows(result)) == 5
    assert product_uuid("odd") in result.stderr
