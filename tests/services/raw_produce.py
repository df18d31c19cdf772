"""One message sent by hand, with headers that no client would let through."""

import socket
import struct
import time
from collections.abc import Sequence

_PRODUCE_V7 = (0, 7)
_BATCH_AFTER_CRC = struct.Struct(">hiqqqhii")


def produce_raw(
    bootstrap_server: str, topic: str, key: bytes, value: bytes, headers: Sequence[tuple[bytes, bytes]]
) -> int:
    """Send it to partition 0, whatever bytes its headers' names are; returns its offset."""
    name = topic.encode()
    batch = _record_batch(_record(key, value, headers))
    request = b"".join(
        (
            struct.pack(">hhihh", *_PRODUCE_V7, 1, -1, -1),
            struct.pack(">hii", -1, 10_000, 1),
            struct.pack(">h", len(name)) + name,
            struct.pack(">iii", 1, 0, len(batch)) + batch,
        )
    )
    host, port = bootstrap_server.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        answer = connection.makefile("rb")
        [size] = struct.unpack(">i", answer.read(4))
        told = answer.read(size)
    # After the correlation id, one topic with its name, and one partition's number.
    error, offset = struct.unpack_from(">hq", told, 4 + 4 + 2 + len(name) + 4 + 4)
    assert error == 0, f"the broker answers with error {error}"
    return int(offset)


def _record(key: bytes, value: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    pairs = b"".join(_sized(name) + _sized(text) for name, text in headers)
    body = b"\0" + _varint(0) + _varint(0) + _sized(key) + _sized(value) + _varint(len(headers)) + pairs
    return _sized(body)


def _record_batch(record: bytes) -> bytes:
    now_ms = round(time.time() * 1000)
    after = _BATCH_AFTER_CRC.pack(0, 0, now_ms, now_ms, -1, -1, -1, 1) + record
    batch = struct.pack(">ibI", -1, 2, _crc32c(after)) + after
    return struct.pack(">qi", 0, len(batch)) + batch


def _sized(data: bytes) -> bytes:
    return _varint(len(data)) + data


def _varint(number: int) -> bytes:
    left = number << 1
    encoded = bytearray()
    while left > 0x7F:
        encoded.append(left & 0x7F | 0x80)
        left >>= 7
    encoded.append(left)
    return bytes(encoded)


def _crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
