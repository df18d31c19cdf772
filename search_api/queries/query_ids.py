"""Query ids: what an answer was found with, signed, so that any replica can search for it again.

A token holds the vector as it is, so that further pages are those of the same ranking, and the products that
the answer leaves out. Nothing is kept here, and nobody else can make one.
"""

import secrets
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import numpy as np
from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from search_api.errors import InvalidRequest, QueryIdOutdated
from vector_store.points import Vector

_FORM = 1
_HEAD = struct.Struct("<BBHH")
_UUID_BYTES = 16


@dataclass(frozen=True, slots=True)
class KeptQuery:
    """What a query id stands for.

    vector: float32 [dimension].
    left_out: uuids of products that never appear in its answers: the query itself, examples.
    """

    model_version: str
    vector: Vector
    left_out: frozenset[str] = frozenset()


class QueryIds:
    """Makes and reads query ids. Thread-safe.

    secret: the same in every replica, and random; it may be changed at any time, which ends all query ids.
    """

    def __init__(self, secret: bytes) -> None:
        self._signer = Signer(
            secret, salt=b"search_api.queries.query_ids", digest_method=sha256, key_derivation="hmac"
        )

    @classmethod
    def of_this_process(cls) -> "QueryIds":
        """With a secret that ends with the process, and that no other replica has."""
        return cls(secrets.token_bytes(32))

    def write(self, query: KeptQuery) -> str:
        """The query as a token for URLs and JSON: about 740 characters for 128 dimensions."""
        version = query.model_version.encode()
        left_out = b"".join(UUID(each).bytes for each in sorted(query.left_out))
        head = _HEAD.pack(_FORM, len(version), len(query.left_out), len(query.vector))
        payload = head + version + left_out + query.vector.astype("<f4").tobytes()
        return self._signer.sign(base64_encode(payload)).decode("ascii")

    def read(self, token: str) -> KeptQuery:
        """The query that a token of ours stands for.

        Raises InvalidRequest where it is none or has been changed, QueryIdOutdated where another version
        of this service has made it.
        """
        try:
            payload = base64_decode(self._signer.unsign(token.encode("ascii")))
        except (BadData, UnicodeEncodeError) as error:
            raise InvalidRequest.of(
                "query_id", "not a query_id of this service, or not the whole of it"
            ) from error
        # What is signed was written above, so that from here on only its form can differ.
        form, version_bytes, left_out, dimension = _HEAD.unpack_from(payload)
        if form != _FORM:
            raise QueryIdOutdated("this query_id is of another version of the service: send the photo again")
        uuids_at = _HEAD.size + version_bytes
        vector_at = uuids_at + left_out * _UUID_BYTES
        return KeptQuery(
            model_version=payload[_HEAD.size : uuids_at].decode(),
            vector=np.frombuffer(payload, "<f4", dimension, vector_at).astype(np.float32),
            left_out=frozenset(_uuids(payload[uuids_at:vector_at])),
        )


def _uuids(packed: bytes) -> Iterable[str]:
    return (str(UUID(bytes=packed[at : at + _UUID_BYTES])) for at in range(0, len(packed), _UUID_BYTES))
