"""What the embedded engine raises, as the errors of this package: each one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from vector_store.errors import InvalidPayload, StoreCorrupt, StoreError, StoreUnavailable


@contextmanager
def translated_failures(what: str) -> Iterator[None]:
    """Around calls of the engine and of the file system. Raises StoreError and nothing else that they raise.

    what: the subject of the error's sentence, such as `generation products-1a2b3c4d`.
    """
    try:
        yield
    except StoreError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidPayload(f"{what}: the engine refuses a value: {first_line(error)}") from error
    except OSError as error:
        raise StoreUnavailable(f"{what}: {error.strerror or first_line(error)}") from error
    except Exception as error:  # the engine raises nothing more precise than Exception
        raise StoreUnavailable(f"{what}: the embedded engine failed: {first_line(error)}") from error
    except BaseException as error:
        if not is_panic(error):
            raise
        raise StoreCorrupt(f"{what}: the embedded engine cannot go on: {first_line(error)}") from error


def is_panic(error: BaseException) -> bool:
    """Whether the engine's Rust code panicked; its exception is no Exception, and has no importable name."""
    return type(error).__name__ == "PanicException"


def first_line(error: BaseException) -> str:
    """What an error says, without the lines that follow."""
    return next(iter(str(error).splitlines()), type(error).__name__)
