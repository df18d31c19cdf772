from collections.abc import Mapping
from types import MappingProxyType

# Of a single node that is broker and controller, and quick about what tests wait for.
_SINGLE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    # Nobody should be able to write to a topic that a test forgot to make.
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    # Members killed by a test should be missed in seconds, in both group protocols.
    "group.min.session.timeout.ms": "1000",
    "group.consumer.min.session.timeout.ms": "1000",
    "group.consumer.session.timeout.ms": "6000",
    "group.consumer.min.heartbeat.interval.ms": "300",
    "group.consumer.heartbeat.interval.ms": "1000",
    # A broker killed with -9 may register again soon.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "controlled.shutdown.max.retries": "1",
}


def single_node(
    *,
    host: str,
    port: int,
    controller_port: int,
    listen_on: str = "127.0.0.1",
    more_listeners: Mapping[str, int] = MappingProxyType({}),
    overrides: Mapping[str, str],
) -> dict[str, str]:
    """A server's configuration, reachable by clients at `host:port`; `overrides` win.

    more_listeners: ports of further ones, by name; what they speak is for the overrides to say.
    """
    listeners = {"PLAINTEXT": port, **more_listeners}
    return {
        **_SINGLE_NODE,
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"{_addresses(listen_on, listeners)},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": _addresses(host, listeners),
        **overrides,
    }


def _addresses(host: str, listeners: Mapping[str, int]) -> str:
    return ",".join(f"{name}://{host}:{port}" for name, port in listeners.items())
