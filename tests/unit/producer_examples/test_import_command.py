"""The import's command line, over files and without a broker."""

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from producer_examples.python.importing.command import import_command

NO_KAFKA = ["--bootstrap-servers", "127.0.0.1:1", "--deadline-seconds", "1"]


def run(*arguments: str | Path) -> Result:
    environment = dict.fromkeys(("KAFKA_TOPICS", "EVENT_ORDER", "MONGODB_URI", "MAX_IMAGES"))
    return CliRunner(env=environment).invoke(import_command, [str(argument) for argument in arguments])


def write(folder: Path, *documents: dict[str, Any], name: str = "products.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(f"{json.dumps(document)}\n" for document in documents), "utf-8")
    return path


PRICE_AND_PICTURE = (
    "price is 5.0 in the shop and 6.0 in the index; "
    "1 of its images are not in the index, and 1 there are not in the shop"
)
OLDER = "the index has it as of 2026-10-31 23:59:59.999, the shop as of 2026-11-01 00:00:00.000"
SHIRT = {
    "id": 1,
    "name": "Shirt",
    "price": "9,90",
    "stock": 2,
    "images": ["https://x.example/a.jpg", "b.jpg"],
    "updatedAt": "2026-11-01T00:00:00Z",
}


def test_a_dry_run_is_a_table_of_what_would_be_sent(tmp_path: Path) -> None:
    """Events, where fields were found, and what cannot be read; the status says that something cannot."""
    path = write(tmp_path, SHIRT, {"id": 2, "isDeleted": True}, {"name": "nobody"})
    result = run(path, "--dry-run", "--currency", "EUR")
    assert result.exit_code == 1
    out = result.stdout
    assert "product.created" in out
    assert "9.9 EUR" in out
    assert "2026-11-01 00:00:00" in out
    assert "gone: isDeleted" in out
    assert "line 3: no id: _id, id, productId, sku or handle is missing" in out
    assert "images could not be read 1 times" in out
    assert "'b.jpg' is relative (--image-base-url says to what)" in out
    assert out.splitlines()[-1].startswith("1 products and 1 deletes would be sent, 1 without a time")
    assert result.stderr == "Error: 1 of 3 documents cannot be sent\n"


def test_a_dry_run_of_what_can_be_sent_is_no_failure(tmp_path: Path) -> None:
    """The template makes the product's page; relative pictures have a base."""
    options = [
        "--image-base-url",
        "https://cdn.example",
        "--url-template",
        "https://shop.example/{name}/{id}",
    ]
    result = run(write(tmp_path, SHIRT), "--dry-run", *options)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "could not be read" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["missing.csv"], "missing.csv: No such file"),
        (["."], "is a folder"),
        (["products.dat"], "--format does"),
        (["redis://localhost"], "redis:// is no source"),
        (["mongodb://localhost"], "names no database"),
        (["mongodb://"], "MongoDB: "),
        (["mongodb://localhost/shop", "--format", "csv"], "--format is for files"),
        (["{file}", "--join", "brand=brands"], "--join is for MongoDB"),
        (["{file}", "--join", "brand"], "neither field=collection"),
        (["{file}", "--map", "name"], "is not field=path"),
        (["{file}", "--map", "colour=color"], "'colour' is no field"),
        (["{file}", "--map", "name=a..b"], "an empty step"),
        (["{file}", "--map", "name=a", "--map", "name=b"], "--map names a field twice"),
        (["{file}", "--since", "yesterday"], "no ISO 8601 time"),
        (["{file}", "--limit", "0"], "--limit"),
        (["{file}", "--rate", "0"], "--rate"),
        (["{file}", "--order", "offset"], "--order"),
        (["{file}", "--repair"], "--repair goes with --verify"),
        (["{file}", "--verify", "--repair"], "--repair is for MongoDB"),
        (["{file}", "--verify", "--limit", "3"], "--verify compares everything"),
        (["{file}", "--dry-run", "--state", "x"], "--state does not go with it"),
        (["{file}", "--verify", "--products-command", "'"], "--products-command"),
        (["{file}", "--kafka-config", '{"no.such.property": 1}'], "no.such.property"),
        (["{file}", *NO_KAFKA], "Kafka at 127.0.0.1:1: "),
        (["{file}", "--state", "{file}", *NO_KAFKA], "state file"),
    ],
)
def test_what_cannot_work_is_one_clear_line(tmp_path: Path, arguments: list[str], reason: str) -> None:
    """Bad input to any option names itself and ends the command before anything is sent."""
    path = write(tmp_path, *([SHIRT] * 100))
    (tmp_path / "products.dat").touch()
    words = [
        word.replace("{file}", str(path)).replace("products.dat", str(tmp_path / "products.dat"))
        for word in arguments
    ]
    before = path.read_bytes()
    result = run(*words)
    assert result.exit_code in {1, 2}
    assert reason in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.output
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "no headings"),
        ("b.csv", b"id,id\n1,2\n", "the heading 'id' twice"),
        ("c.csv", b'id,name\n1,"a"b\n', "line 2"),
        ("d.csv", b"id,name\n1,\xff\n", "not UTF-8"),
        ("e.json", b"{}", "holds no list of products"),
        ("f.json", b"nope", "no JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_line(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    """Nothing of it is sent."""
    (tmp_path / name).write_bytes(content)
    result = run(tmp_path / name, "--dry-run")
    assert result.exit_code == 1
    assert reason in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_row_with_too_many_cells_is_named(tmp_path: Path) -> None:
    """An unquoted comma must not shift a price into another column unseen."""
    (tmp_path / "a.csv").write_text("id,name,price\n1,Shirt, blue,9\n2,Hat,8\n\n", "utf-8")
    result = run(tmp_path / "a.csv", "--dry-run")
    assert "line 2: 4 cells under 3 headings" in result.stdout
    assert result.exit_code == 1


@pytest.mark.parametrize(("end", "status"), [("", 1), ("\n", 0)], ids=["cut off", "short row"])
def test_a_file_that_breaks_off_within_a_row_is_no_product(tmp_path: Path, end: str, status: int) -> None:
    """What a download has lost makes no product without pictures; at a line's end cells may be left out."""
    (tmp_path / "a.csv").write_text(f"id,name,image\n1,Shirt,https://x/a.jpg\n2,Ha{end}", "utf-8")
    result = run(tmp_path / "a.csv", "--dry-run")
    assert ("line 3: the file breaks off here, in cell 2 of 3" in result.stdout) == bool(status)
    assert result.exit_code == status


def test_a_name_is_shown_as_it_is(tmp_path: Path) -> None:
    """Brackets are no markup, and control characters cannot paint over the table."""
    product = {"id": "1", "name": "[/red] \x1b[31mred\x07"}
    (tmp_path / "a.jsonl").write_text(f'{json.dumps(product)}\n\n["\\u001b\n', "utf-8")
    result = run(tmp_path / "a.jsonl", "--dry-run")
    assert "[/red] �[31mred�" in result.stdout
    assert "\x1b" not in result.output


def listing(folder: Path, *records: dict[str, Any]) -> list[str]:
    """The option of a command that prints these records."""
    path = write(folder, *records, name="listing.jsonl")
    words = [sys.executable, "-c", f"print(open({str(path)!r}).read(), end='')"]
    return ["--products-command", shlex.join(words)]


def record(
    product_id: str, order: int = 1_793_491_200_000, *, live: bool = True, **product: Any
) -> dict[str, Any]:
    images = product.pop("images", [])
    return {
        "product_id": product_id,
        "state": "live" if live else "deleted",
        "order": order,
        "product": {"id": product_id, **product} if live else None,
        "images": [{"url": url, "key": url} for url in images],
    }


def test_an_index_that_holds_what_the_shop_sells(tmp_path: Path) -> None:
    """Deleted on both sides is alike, and an index that is dated later is none the worse."""
    path = write(tmp_path, {"id": 1, "name": "Shirt", "stock": 0}, {"id": 2, "isBlocked": True})
    same = [record("1", name="Shirt", in_stock=False), record("2", live=False), record("3", live=False)]
    result = run(path, "--verify", *listing(tmp_path, *same))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "2 documents, 3 records of the index: nothing differs\n"


def test_what_differs_is_listed_with_why(tmp_path: Path) -> None:
    """Missing, extra and stale, each with what is different; the status says that something is."""
    path = write(
        tmp_path,
        {"id": "never", "name": "a"},
        {"id": "deleted", "name": "a"},
        {"id": "cheaper", "name": "a", "price": 5, "images": ["https://x/1.jpg", "https://x/2.jpg"]},
        {"id": "blocked", "name": "a", "isBlocked": True},
        {"id": "same", "name": "a"},
    )
    index = [
        record("deleted", live=False),
        record("cheaper", name="a", price=6.0, images=["https://x/1.jpg", "https://x/3.jpg"]),
        record("blocked", name="a"),
        record("same", name="a"),
        record("vanished", name="a"),
    ]
    result = run(path, "--verify", "--json", *listing(tmp_path, *index))
    assert result.exit_code == 3
    found = {
        row["product_id"]: (row["finding"], row["why"]) for row in map(json.loads, result.stdout.splitlines())
    }
    assert found == {
        "never": ("missing", "the index has never heard of it"),
        "deleted": ("missing", "the index has its deletion, 2026-11-01 00:00:00.000"),
        "cheaper": (
            "stale",
            PRICE_AND_PICTURE,
        ),
        "blocked": ("extra", "the shop says that it is gone: isBlocked"),
        "vanished": ("extra", "the shop has no such product"),
    }


def test_a_document_that_is_no_product_says_nothing_of_the_index(tmp_path: Path) -> None:
    """It is told, and the status with it."""
    result = run(write(tmp_path, {"name": "nobody"}), "--verify", *listing(tmp_path))
    assert result.exit_code == 1
    assert "nothing is said of them" in result.stderr


def test_by_order_only_what_is_older_is_stale(tmp_path: Path) -> None:
    """Where another program's events say other fields, the shop's time is compared with the index's."""
    dated = {"name": "a", "updatedAt": "2026-11-01T00:00:00Z"}
    path = write(tmp_path, {"id": "old", **dated}, {"id": "new", **dated})
    index = listing(tmp_path, record("old", order=1_793_491_199_999), record("new", url="https://other/"))
    result = run(path, "--verify", "--compare", "order", *index)
    [line] = result.stdout.splitlines()
    assert line.split(maxsplit=2) == ["stale", "old", OLDER]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("no-such-program-here", "no-such-program-here"),
        (
            f"{sys.executable} -c 'import sys; sys.exit(\"error: the folder is in use\")'",
            "the folder is in use",
        ),
        (f"{sys.executable} -c 'print(7)'", "unknown line"),
        (
            f"{sys.executable} -c 'import sys; print(\"a product record is not readable\", file=sys.stderr)'",
            "not readable",
        ),
    ],
)
def test_a_listing_that_cannot_be_had_is_one_clear_line(tmp_path: Path, command: str, reason: str) -> None:
    """Half a listing is none: what it lacks would seem to be missing."""
    result = run(write(tmp_path, SHIRT), "--verify", "--products-command", command)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert len(result.stderr.splitlines()) == 1
