"""A MongoDB for tests: mongo-java-server, from Maven, in memory.

It does what a shop's backend asks of MongoDB: $inc and $set in one atomic write, dotted filters, conditional
deletes. noida-db's takes $set alone, and passes over $inc, $unset and $push in silence.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.brokers.free_ports import free_ports
from tests.brokers.maven_artifacts import default_cache_dir
from tests.brokers.owned_process import OwnedProcess
from tests.ci import skip_or_fail
from tests.services.eventually import eventually

_VERSION = "1.47.0"
_FETCH_TIMEOUT_SECONDS = 600
_START_TIMEOUT_SECONDS = 90

_DEPENDENCY = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"
_DEPENDENCIES = (
    ("de.bwaldvogel", "mongo-java-server", _VERSION),
    # It can be started on a port of our choice by a script alone, and a JRE has no compiler.
    ("org.apache-extras.beanshell", "bsh", "2.0b6"),
    ("org.slf4j", "slf4j-simple", "1.7.36"),
)
_POM = (
    "<project><modelVersion>4.0.0</modelVersion><groupId>tests</groupId>"
    "<artifactId>mongodb-for-tests</artifactId><version>1</version><dependencies>"
    + "".join(_DEPENDENCY.format(*each) for each in _DEPENDENCIES)
    + "</dependencies></project>"
)
# Drivers of today want wire version 9 (MongoDB 4.4); the server speaks it and says 8.
_SCRIPT = """
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
version = ServerVersion.MONGO_5_0;
field = ServerVersion.class.getDeclaredField("wireVersion");
field.setAccessible(true);
field.setInt(version, 13);
new MongoServer(new MemoryBackend().version(version)).bind("127.0.0.1", Integer.parseInt(bsh.args[0]));
"""


@contextmanager
def running_java_mongodb(folder: Path) -> Iterator[str]:
    """Yield the address, host:port, of a MongoDB that is empty and ends with the block."""
    jars = _jars(default_cache_dir().parent / f"mongo-java-server-{_VERSION}")
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "start.bsh"
    script.write_text(_SCRIPT)
    (port,) = free_ports(1)
    java = ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"]
    words = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", f"{jars}{os.sep}*", "bsh.Interpreter"]
    process = OwnedProcess([*java, *words, str(script), str(port)], folder / "mongodb.log")
    process.start()
    try:
        address = f"127.0.0.1:{port}"
        assert eventually(lambda: _answers(address), _START_TIMEOUT_SECONDS), process.log_tail()
        yield address
    finally:
        process.terminate(10)


def _answers(address: str) -> bool:
    uri = f"mongodb://{address}/?directConnection=true&serverSelectionTimeoutMS=500"
    try:
        with MongoClient[dict[str, object]](uri) as client:
            client.admin.command("ping")
    except PyMongoError:
        return False
    return True


def _jars(cache_dir: Path) -> Path:
    if cache_dir.is_dir():
        return cache_dir
    mvn = shutil.which("mvn")
    if mvn is None or shutil.which("java") is None:
        skip_or_fail("a MongoDB for tests needs Java and Maven")
    cache_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=cache_dir.parent) as name:
        fetching = Path(name)
        (fetching / "pom.xml").write_text(_POM)
        command = [mvn, "--batch-mode", "--quiet", "--file", str(fetching / "pom.xml")]
        command += ["dependency:copy-dependencies", f"-DoutputDirectory={fetching / 'jars'}"]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=_FETCH_TIMEOUT_SECONDS
        )
        if done.returncode != 0:
            skip_or_fail(f"Maven could not fetch a MongoDB for tests\n{done.stdout}")
        try:
            (fetching / "jars").rename(cache_dir)
        except OSError:
            # Another process of the run was first, which is as good.
            if not cache_dir.is_dir():
                raise
    return cache_dir
