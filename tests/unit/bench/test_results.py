import json

import pytest

from bench.results import BenchResult, Figure, Samples
from tests.unit.bench.measured import measured_quick, result_of


def test_samples_know_their_middle_and_their_ends() -> None:
    """A number of several rounds is shown by its median, and by how far the rounds lie apart."""
    samples = Samples(rounds=(3.0, 1.0, 2.0))
    assert (samples.median, samples.lowest, samples.highest) == (2.0, 1.0, 3.0)


def test_ratios_are_taken_round_by_round() -> None:
    """A round in which everything is twice as slow leaves the ratio as it is."""
    ratio = Samples(rounds=(100.0, 50.0)).over(Samples(rounds=(10.0, 5.0)))
    assert (ratio.lowest, ratio.highest) == (10.0, 10.0)


def test_rounds_that_do_not_match_are_refused() -> None:
    """What was not measured in the same rounds is not compared."""
    with pytest.raises(ValueError, match="shorter"):
        Samples(rounds=(1.0, 2.0)).over(Samples(rounds=(1.0,)))


def test_the_json_holds_medians_spread_and_ratio() -> None:
    """Who reads the file need not compute anything."""
    figure = Figure(
        key="k",
        title="t",
        unit="u",
        value=Samples(rounds=(6.0, 8.0)),
        against="a",
        against_value=Samples(rounds=(2.0, 2.0)),
        bar=3.0,
    )
    written = json.loads(figure.model_dump_json())
    assert written["value"] == {"rounds": [6.0, 8.0], "median": 7.0, "lowest": 6.0, "highest": 8.0}
    assert written["ratio"] == {"rounds": [3.0, 4.0], "median": 3.5, "lowest": 3.0, "highest": 4.0}


def test_a_result_survives_its_json() -> None:
    """A file that was written is read back as the same run."""
    result = result_of(measured_quick())
    assert BenchResult.model_validate_json(result.model_dump_json()) == result
