import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from producer_examples.python.publish_command import publish_command

CATALOGUE = Path(__file__).parents[3] / "producer_examples" / "sample_catalog" / "products.jsonl"


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner(env={"KAFKA_TOPICS": None, "EVENT_ORDER": None}).invoke(
        publish_command, arguments, input=stdin, prog_name="publish.py"
    )


def test_a_dry_run_shows_what_would_be_sent() -> None:
    """Every line's event, product and topic are printed, and no broker is asked."""
    result = run("-", "--topics", "all, product.deleted", "--dry-run", stdin='{"id": 7}\n')
    assert result.exit_code == 0
    assert result.stdout.startswith("line 1: product.created 7 to all, ")
    assert "1 events, nothing sent" in result.stderr


def test_an_id_cannot_paint_over_the_terminal() -> None:
    """Line breaks and control characters in it are shown as such."""
    result = run("-", "--topics", "all", "--dry-run", stdin='{"id": "7\\n8\\u001b[2J"}\n')
    assert result.stdout.startswith("line 1: product.created 7�8�[2J to all, ")
    assert len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize("mode", ["structured", "binary"])
@pytest.mark.parametrize("order", ["time", "version"])
def test_the_whole_sample_catalogue_is_good(mode: str, order: str) -> None:
    """Every product of the catalogue is one that a consumer takes, in either mode and order."""
    options = ["--image-base-url", "http://127.0.0.1:1/", "--mode", mode, "--order", order, "--dry-run"]
    result = run(str(CATALOGUE), *options)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == len(CATALOGUE.read_text().splitlines())


def test_a_bad_line_means_that_nothing_is_sent() -> None:
    """Bad lines are named with their numbers, the good ones are held back, and the status tells."""
    result = run("-", stdin='{"id": 1}\nnope\n\n{"name": "x"}\n')
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "line 2: no JSON: Expecting value: line 1 column 1 (char 0)",
        "line 4: MissingProductId: data.id is missing",
        "Error: 2 of 3 lines are bad; nothing was sent",
    ]


def test_many_bad_lines_do_not_flood_the_terminal() -> None:
    """The first twenty are named, and all are counted."""
    result = run("-", stdin="nope\n" * 500)
    assert len(result.stderr.splitlines()) == 21
    assert "500 of 500" in result.stderr


def test_an_empty_file_sends_nothing() -> None:
    """No event is no failure."""
    result = run("-", stdin="\n\n")
    assert (result.exit_code, result.stderr) == (0, "0 events, nothing sent\n")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["missing.jsonl"], "missing.jsonl"),
        (["-", "--kafka-config", '{"no.such.property": 1}'], "no.such.property"),
        (["-", "--kafka-config", "nope"], "not JSON"),
        (["-", "--kafka-config", "[]"], "not a JSON object"),
        (["-", "--topics", " , "], "no topic"),
        (["-", "--type", "product.made"], "product.made"),
    ],
)
def test_what_cannot_work_is_one_clear_error(arguments: list[str], reason: str) -> None:
    """A wrong file, property, topic or type ends the command with a line that names it."""
    result = run(*arguments, stdin='{"id": 1}\n')
    assert result.exit_code != 0
    assert reason in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.output


def test_the_environment_names_the_topics() -> None:
    """KAFKA_TOPICS stands in for --topics."""
    runner = CliRunner(env={"KAFKA_TOPICS": "shop", "EVENT_ORDER": None})
    result = runner.invoke(publish_command, ["-", "--dry-run"], input=json.dumps({"id": 1}))
    assert " to shop, " in result.stdout


def test_a_product_is_created_from_options() -> None:
    """Every option becomes its field; a name given twice becomes a list."""
    words = ["create", "665f1c", "--name", "Shirt", "--price", "49.90", "--currency", "EUR", "--out-of-stock"]
    words += ["--image", "https://x/a.jpg", "--image", "https://x/b.jpg", "--version", "3", "--refetch"]
    words += ["--attribute", "size=S", "--attribute", "size=M", "--attribute", "weight=1.5"]
    words += ["--time", "2026-11-20T10:00:00+0200", "--mode", "binary", "--dry-run"]
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("product.created 665f1c to product.created, ")


@pytest.mark.parametrize(
    ("words", "event"),
    [
        (["update", "7", "--name", "x"], "product.updated 7 to product.updated"),
        (["delete", "7"], "product.deleted 7 to product.deleted"),
        (["delete", "7", "--order", "version", "--version", "4"], "product.deleted 7 to product.deleted"),
        (["create", "7", "--topics", "all"], "product.created 7 to all"),
    ],
)
def test_one_product_is_one_event(words: list[str], event: str) -> None:
    """Of the command's type, to the topic of that name or the first."""
    result = run(*words, "--dry-run")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{event}, ")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["create"], "ID"),
        (["create", "7", "--attribute", "size"], "not NAME=VALUE"),
        (["create", "7", "--price", "free"], "nothing was sent"),
        (["create", "7", "--url", "shop/7"], "nothing was sent"),
        (["create", "7", "--time", "2026-11-20T10:00:00"], "--time"),
        (["delete", "7", "--order", "version"], "nothing was sent"),
        (["delete", " "], "nothing was sent"),
        (["delete", "7", "--name", "x"], "--name"),
        (["-", "--rate", "0"], "--rate"),
    ],
)
def test_a_bad_option_sends_nothing(words: list[str], reason: str) -> None:
    """Whatever is wrong with one option ends the command with a line that says so."""
    result = run(*words, stdin='{"id": 1}\n')
    assert result.exit_code != 0
    assert reason in result.stderr.splitlines()[-1]


def test_what_is_wrong_with_options_is_one_line() -> None:
    """There is no file whose lines could be counted."""
    result = run("create", "7", "--price", "free")
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: InvalidProduct: data.price: ")
    assert line.endswith("; nothing was sent")


def test_help_names_the_commands() -> None:
    """A stranger finds the file, create, update and delete."""
    result = run("--help")
    assert result.exit_code == 0
    assert all(word in result.stdout for word in ("create", "update", "delete", "products.jsonl"))
