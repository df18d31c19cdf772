"""What `make check` makes of pip-audit's report."""

from typing import Any

import pytest
from known_vulnerabilities import found_in, told

VULNERABILITY = {"id": "CVE-1", "aliases": ["GHSA-1"], "fix_versions": ["9.1"]}
KNOWN = {"name": "pillow", "version": "9.0", "vulns": [VULNERABILITY]}
CLEAN = {"name": "flask", "version": "3.1", "vulns": []}
SKIPPED = {"name": "ours", "skip_reason": "not found"}


def report(*packages: dict[str, Any]) -> dict[str, Any]:
    return {"dependencies": list(packages)}


def test_a_known_vulnerability_is_named_with_its_remedy() -> None:
    """Package, version, id, and what fixes it; packages without any are not."""
    assert list(found_in(report(KNOWN, CLEAN), {})) == ["pillow 9.0: CVE-1, fixed by 9.1"]


@pytest.mark.parametrize("name", ["CVE-1", "GHSA-1"])
def test_an_accepted_one_is_left_out(name: str) -> None:
    """Under either of its names."""
    assert list(found_in(report(KNOWN), {name: "not reachable here"})) == []


@pytest.mark.parametrize(
    ("found", "status", "said"),
    [
        (None, 0, "left out"),
        (report(SKIPPED), 0, "left out"),
        (report(CLEAN, SKIPPED), 0, "1 pinned packages, 0 known"),
        (report(KNOWN, CLEAN), 1, "CVE-1"),
    ],
    ids=["no answer", "an empty mirror", "clean", "vulnerable"],
)
def test_only_a_known_vulnerability_fails(found: dict[str, Any] | None, status: int, said: str) -> None:
    """Where nothing could be asked, the step says that it was left out, and nothing fails."""
    exit_status, lines = told(found)
    assert exit_status == status
    assert said in "\n".join(lines)
