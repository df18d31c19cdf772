import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
SERVICES = [name for name in ("consumer", "search_api", "standalone") if (REPOSITORY / name).is_dir()]
ONLY_FOR_TRAINING = {"onnx", "onnxscript", "pytorch_metric_learning", "safetensors", "torch", "torchvision"}

IMPORT_EVERY_MODULE = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.endswith(".__main__"):
        importlib.import_module(module.name)
print(*sys.modules)
"""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_nothing_of_training(service: str) -> None:
    """Every module of a service, with all that it imports, comes in without torch and its kin."""
    command = [sys.executable, "-c", IMPORT_EVERY_MODULE, service]
    done = subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert service in loaded
    assert not ONLY_FOR_TRAINING & set(loaded)
