"""A process that writes states to an embedded store until it is killed, and says which are completed."""

import sys
from itertools import count
from pathlib import Path

from tests.contract.samples import a_generation, a_record, a_write
from vector_store import ProductIndex, Stamp
from vector_store.edge import EdgeStore


def main(folder: Path) -> None:
    index = ProductIndex(EdgeStore(folder).create(a_generation()))
    for state in count(1):
        record = a_record(
            f"p{state % 7}", Stamp(2 * state, 0), indexed=[f"{state}-{n}.jpg" for n in range(3)]
        )
        index.write([a_write(record)])
        print(state, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
