"""Values get small numbers, equal values the same one, so that a state of the world is a few integers."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Numbering(Generic[T]):
    """Numbers from 0 on, in the order of first sight.

    name: what makes two values the same one; by default the value itself.
    """

    def __init__(self, name: Callable[[T], Hashable] = lambda value: value) -> None:
        self._name = name
        self._values: list[T] = []
        self._numbers: dict[Hashable, int] = {}

    def of(self, value: T) -> int:
        """The value's number, a new one where it was never seen."""
        name = self._name(value)
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self._values)
            self._values.append(value)
        return number

    def __getitem__(self, number: int) -> T:
        return self._values[number]

    def __len__(self) -> int:
        return len(self._values)
