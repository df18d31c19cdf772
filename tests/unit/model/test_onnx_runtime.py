import os
import subprocess
import sys
from pathlib import Path


def test_serving_leaves_no_record_of_its_use(tmp_path: Path) -> None:
    """Loading the embedder writes nothing into the user's cache folder."""
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}  # noqa: TID251
    environment["XDG_CACHE_HOME"] = str(tmp_path)
    subprocess.run(
        [sys.executable, "-c", "import model.onnx_embedder"], env=environment, check=True, timeout=60
    )
    assert list(tmp_path.iterdir()) == []
