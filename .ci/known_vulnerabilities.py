"""Fails when a pinned dependency has a known vulnerability; where that cannot be asked, it only says so."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

PINS = "requirements.txt"
_ALL_SECONDS = 90
_ANSWER_SECONDS = 10
# Vulnerability id → why it does not concern us. An entry goes with the version that it is about.
ACCEPTED: Mapping[str, str] = {}


def found_in(report: Mapping[str, Any], accepted: Mapping[str, str] = ACCEPTED) -> Iterator[str]:
    """Yield each vulnerability of pip-audit's report that is not accepted, one line each."""
    for package in report["dependencies"]:
        for each in package.get("vulns", ()):
            if not accepted.keys() & {each["id"], *each.get("aliases", ())}:
                fixed = ", ".join(each.get("fix_versions", ())) or "no version yet"
                yield f"{package['name']} {package['version']}: {each['id']}, fixed by {fixed}"


def asked_about(report: Mapping[str, Any]) -> int:
    """How many packages the source knew; it may be a mirror that knows none."""
    return sum("vulns" in package for package in report["dependencies"])


def audited() -> Mapping[str, Any] | None:
    """pip-audit's report on the pins, or None where its source does not answer."""
    # Pinned and complete, so that nothing has to be resolved or installed.
    command = [sys.executable, "-m", "pip_audit", "--requirement", PINS, "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", str(_ANSWER_SECONDS)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_ALL_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        report: Mapping[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return report


def told(report: Mapping[str, Any] | None) -> tuple[int, list[str]]:
    """The exit status, and what to print, for a report or for none."""
    if report is None or not asked_about(report):
        return 0, ["Known vulnerabilities: left out, their source cannot be reached from here"]
    found = list(found_in(report))
    counts = f"{asked_about(report)} pinned packages, {len(found)} known vulnerabilities"
    return int(bool(found)), [*found, counts]


def main() -> int:
    status, lines = told(audited())
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
