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
