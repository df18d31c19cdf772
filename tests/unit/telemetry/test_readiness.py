from telemetry import Readiness


def test_reasons_come_and_go_by_part() -> None:
    """What one part says does not touch another's; saying it again is no news."""
    readiness = Readiness(assignment="waits")
    assert readiness.wait_for("index", "away")
    assert not readiness.wait_for("index", "away")
    assert readiness.reasons() == {"assignment": "waits", "index": "away"}
    assert readiness.clear("assignment")
    assert not readiness.clear("assignment")
    assert readiness.reasons() == {"index": "away"}
