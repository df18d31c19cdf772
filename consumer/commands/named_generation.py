"""The generation that a command's `--generation` names."""

from vector_store import Collection, GenerationMissing, VectorStore


def open_named(store: VectorStore, name: str | None) -> Collection:
    """The generation of this name; without a name, the promoted one. Raises GenerationMissing, StoreError."""
    chosen = name or store.promoted()
    if chosen is None:
        raise GenerationMissing(
            "no generation is promoted yet: `python -m consumer run` makes one, or name one with --generation"
        )
    return store.open(chosen)
