"""Publishes the product events in a file of JSON lines. `--help` shows how."""

import sys
from pathlib import Path

# As a script it stands in a folder of its own; the packages it needs are in the repository's root.
if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from producer_examples.python.publish_command import publish_command

if __name__ == "__main__":
    publish_command()
