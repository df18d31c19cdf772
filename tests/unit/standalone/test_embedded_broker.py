import pytest

from standalone.embedded_broker import embedded_broker_program
from standalone.errors import NoEmbeddedBroker


@pytest.mark.parametrize("package", ["no_such_package", "standalone"])
def test_a_platform_without_the_broker_is_shown_the_other_way(package: str) -> None:
    """No package, or a package without the program: use a Kafka that is there."""
    with pytest.raises(NoEmbeddedBroker, match=r"--bootstrap-servers localhost:9092"):
        embedded_broker_program(package)
