"""Apache Kafka's own jars, fetched once through Maven into the user's cache."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

KAFKA_VERSION = "4.1.0"
MIN_JAVA = 17
_FETCH_TIMEOUT_SECONDS = 600

_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tests</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>{KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
"""


class ArtifactsUnavailable(Exception):
    """There is no Java that runs them, or Maven could not fetch them; the message is one line."""


def default_cache_dir() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "visual-product-search" / f"kafka-{KAFKA_VERSION}"


def kafka_jars(cache_dir: Path) -> Path:
    """The folder of Kafka's jars, fetched where `cache_dir` does not hold them yet.

    Blocks for the download the first time. Safe beside others who do the same: the folder appears whole.
    Raises ArtifactsUnavailable.
    """
    _require_java()
    if cache_dir.is_dir():
        return cache_dir
    mvn = shutil.which("mvn")
    if mvn is None:
        raise ArtifactsUnavailable("Maven (mvn) is not installed")
    cache_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=cache_dir.parent) as name:
        fetching = Path(name)
        (fetching / "pom.xml").write_text(_POM)
        command = [mvn, "--batch-mode", "--quiet", "--file", str(fetching / "pom.xml")]
        command += ["dependency:copy-dependencies", f"-DoutputDirectory={fetching / 'jars'}"]
        try:
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, timeout=_FETCH_TIMEOUT_SECONDS
            )
        except subprocess.TimeoutExpired:
            raise ArtifactsUnavailable(
                f"Maven did not fetch Kafka within {_FETCH_TIMEOUT_SECONDS} s"
            ) from None
        if done.returncode != 0:
            errors = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")]
            raise ArtifactsUnavailable(
                f"Maven could not fetch Kafka: {next(iter(errors), 'it does not say why')}"
            )
        try:
            (fetching / "jars").rename(cache_dir)
        except OSError:
            # Someone else's folder arrived first, which is as good.
            if not cache_dir.is_dir():
                raise
    return cache_dir


def _require_java() -> None:
    java = shutil.which("java")
    if java is None:
        raise ArtifactsUnavailable("Java (java) is not installed")
    answer = subprocess.run([java, "-version"], check=False, capture_output=True, text=True, timeout=60)
    found = re.search(r'version "(\d+)', answer.stderr)
    if found is None or int(found[1]) < MIN_JAVA:
        said = answer.stderr.splitlines()[0] if answer.stderr else "nothing"
        raise ArtifactsUnavailable(f"Kafka {KAFKA_VERSION} needs Java {MIN_JAVA}; java -version says: {said}")
