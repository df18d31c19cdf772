import socket

import pytest

from standalone.errors import PortTaken
from standalone.ports import any_free_port, check_port, is_free
from tests.brokers.free_ports import free_ports


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_port_that_somebody_listens_on_is_taken(address: str) -> None:
    """The refusal names the port, what it is for, and the option that chooses another."""
    with socket.create_server((address, 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"port {port}, for the search API.*--port \d+"):
            check_port(port, what="the search API", option="--port")


def test_a_port_is_free_again_after_its_connections() -> None:
    """What a former demo's connections leave behind does not keep the next one from starting."""
    (port,) = free_ports(1)
    with socket.create_server(("127.0.0.1", port)) as listener:
        client = socket.create_connection(("127.0.0.1", port))
        served, _ = listener.accept()
        # The side that closes first is the one whose port lingers.
        served.close()
        client.close()
    assert is_free(port)
    assert is_free(any_free_port())
