import pytest

from consumer.kafka.log_position import LogPosition


def test_a_position_is_read_as_it_is_written() -> None:
    """Topic, partition, offset."""
    assert str(LogPosition.parse("product.dead-letters:0:42")) == "product.dead-letters:0:42"


@pytest.mark.parametrize(
    "text", ["", "a:b:c", "products:0", "products:0:-1", "a b:0:1", "products:0:٣", "x:0:1\n"]
)
def test_anything_else_is_none(text: str) -> None:
    """Nothing that no topic could be called, and no other digits."""
    with pytest.raises(ValueError, match="not a position"):
        LogPosition.parse(text)
