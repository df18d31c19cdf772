"""A certificate authority of a test's own, and a server's certificate by it."""

from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization


@dataclass(frozen=True, slots=True)
class Authority:
    """Files in PEM: the authority's certificate, and the key and chain of a server at 127.0.0.1."""

    ca_file: Path
    key_file: Path
    chain_file: Path
    # Both in one, as Kafka wants them.
    keystore_file: Path


def make_authority(folder: Path) -> Authority:
    """Another one with every call."""
    folder.mkdir(parents=True)
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1", "localhost")
    made = Authority(
        *(folder / name for name in ("ca.pem", "server.key", "server.pem", "keystore.pem")),
    )
    key = serialization.load_pem_private_key(server.private_key_pem.bytes(), password=None)
    # Java reads no other form.
    pkcs8 = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = b"".join(each.bytes() for each in server.cert_chain_pems)
    made.ca_file.write_bytes(authority.cert_pem.bytes())
    made.key_file.write_bytes(pkcs8)
    made.chain_file.write_bytes(chain)
    made.keystore_file.write_bytes(pkcs8 + chain)
    return made
