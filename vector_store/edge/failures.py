"""What the embedded engine raises, as the errors of this package: each one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from vector_store.errors import InvalidPayload, StoreCorrupt, StoreError, StoreUnavailable

# Of all that an engine in this process can fail with, what is not a fault of its files: a full disk, a quota,
# too little memory, too many open files. The engine has no classes of errors, only texts.
_MAY_PASS = ("No space left", "os error 28", "os error 122", "os error 12", "os error 23", "os error 24")


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
        said = first_line(error)
        if any(reason in said for reason in _MAY_PASS):
            raise StoreUnavailable(f"{what}: {said}") from error
        raise StoreCorrupt(f"{what}: the embedded engine failed: {said}") from error
    except BaseException as error:
        if not is_panic(error):
            raise
        raise StoreCorrupt(f"{what}: the embedded engine failed: {first_line(error)}") from error


def is_panic(error: BaseException) -> bool:
    """Whether the engine's Rust code panicked; its exception is no Exception, and has no importable name."""
    return type(error).__name__ == "PanicException"


def first_line(error: BaseException) -> str:
    """What an error says, without the lines that follow."""
    return next(iter(str(error).splitlines()), type(error).__name__)
