"""What can go wrong in a vector store.

StoreError
├── StoreUnavailable      may pass: unreachable, overloaded, timed out (a timed-out write may be applied)
│   └── StoreRefused      somebody answers and refuses the key, speaks no TLS or another, or is no Qdrant
├── StoreMisused          the caller's fault, the same call will fail again
│   ├── InvalidVector     wrong length, NaN or infinite
│   └── InvalidPayload    a value that no engine can hold
├── GenerationMissing     the collection is gone, or is of another incarnation
├── GenerationExists
├── StoreLocked           another process owns the folder
└── StoreCorrupt          the folder or its description cannot be read
"""


class StoreError(Exception):
    """Any failure of a vector store; its text is one line for people."""


class StoreUnavailable(StoreError):
    """The store cannot answer now and may later; a write may or may not have been applied."""


class StoreRefused(StoreUnavailable):
    """Somebody answers, but refuses the key or speaks otherwise: most likely the settings are wrong."""


class StoreMisused(StoreError):
    """The call can never succeed as it is."""


class InvalidVector(StoreMisused):
    """A vector of the wrong length, or with NaN or infinite parts."""


class InvalidPayload(StoreMisused):
    """A payload value that the engine cannot hold."""


class GenerationMissing(StoreError):
    """There is no such generation, or it is no longer the one that was opened."""


class GenerationExists(StoreError):
    """A generation of that name is there already."""


class StoreLocked(StoreError):
    """Another process has the embedded store's folder open."""


class StoreCorrupt(StoreError):
    """The embedded store's folder holds something that is not a readable store."""
