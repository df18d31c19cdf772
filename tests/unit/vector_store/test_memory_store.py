"""What tests may rely on in the store in memory, beyond the contract."""

from tests.contract.memory_store import MemoryCollection
from tests.contract.samples import a_generation, insert, number_id, stored
from vector_store.points import Point


def test_a_fork_goes_its_own_way() -> None:
    """Neither sees what is written to the other afterwards."""
    one = MemoryCollection(a_generation())
    insert(one, [Point(number_id(1), {"a": 1})])
    two = one.fork()
    insert(one, [Point(number_id(1), {"a": 2})])
    insert(two, [Point(number_id(2), {})])
    assert stored(one) == {number_id(1): {"a": 2}}
    assert stored(two) == {number_id(1): {"a": 1}, number_id(2): {}}
