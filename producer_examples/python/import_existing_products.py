"""Publishes the products that a shop has already, and compares it with the index. `--help` shows how."""

import sys
from pathlib import Path

# As a script it stands in a folder of its own; the packages it needs are in the repository's root.
if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from producer_examples.python.importing.command import import_command

if __name__ == "__main__":
    import_command()
