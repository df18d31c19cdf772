"""The engine server's process: `python -m tests.engine_server FOLDER [PORT]`.

Says its port on standard output when it is ready, takes orders as lines of JSON on standard input, and ends
when that is closed: by its parent, or with its parent however that ends.
"""

import sys
from contextlib import closing
from pathlib import Path

from tests.engine_server.edge_client import EdgeClient
from tests.engine_server.orders import carry_out
from tests.engine_server.qdrant_front import QdrantFront


def main(folder: Path, port: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with closing(EdgeClient(folder)) as behind, closing(QdrantFront(behind, port=port)) as front:
        print(front.port, flush=True)
        for line in sys.stdin:
            carry_out(front, line)
            print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
