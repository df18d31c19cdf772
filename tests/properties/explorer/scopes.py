"""Which scopes are explored: small ones by every `make test`, large ones by `make integration`."""

from tests.properties.explorer.scope import Scope
from tests.properties.explorer.shop_log import Says

SMALL = (
    Scope(
        "two updates and a delete of the same moment",
        ((Says(1, "ab"), Says(1, None)), (Says(1, "bc", "coat"),)),
        mender=False,
    ),
    Scope(
        "a delete and a new life",
        ((Says(1, "a"), Says(2, None)), (Says(3, "b", "coat"),)),
        mender=False,
    ),
    Scope(
        "an event published twice",
        ((Says(1, "a"), Says(2, "b")), (Says(1, "a"),)),
        mender=False,
    ),
    Scope(
        "images of every kind",
        ((Says(1, "abc"),),),
        broken="a",
        flaky="b",
        fickle="c",
    ),
    Scope(
        "a delete while an image is pending",
        ((Says(1, "a"),), (Says(2, None),)),
        flaky="a",
    ),
    Scope(
        "one member, a mender, an update with other images",
        ((Says(1, "ab"),), (Says(2, "bc"),)),
        flaky="b",
        members=1,
    ),
    Scope(
        "two products in one request",
        ((Says(1, "a"), Says(2, "b", product="q")),),
        mender=False,
    ),
    Scope(
        "two states of a product in one request",
        ((Says(1, "ab"), Says(2, "bc", "coat")),),
        mender=False,
        coalesced=False,
    ),
    Scope(
        "an engine that is seen between two points",
        ((Says(1, "ab"),), (Says(2, "bc", "coat"),)),
        mender=False,
        point_by_point=True,
    ),
    Scope(
        "requests sent again, two late ones at a time",
        ((Says(1, "a"),), (Says(2, "ab", "coat"),)),
        mender=False,
        resends=True,
        late_requests=2,
    ),
    Scope(
        "a search during an update",
        ((Says(1, "a"),), (Says(2, "b"),)),
        mender=False,
        members=1,
        reader=True,
    ),
    Scope(
        "a search during a retry",
        ((Says(1, "ab"),),),
        flaky="b",
        members=1,
        reader=True,
    ),
)

LARGE = (
    Scope(
        "two members, a mender, an update with fewer images",
        ((Says(1, "ab"),), (Says(2, "b"),)),
        flaky="b",
    ),
    Scope(
        "a delete while two images are pending",
        ((Says(1, "ab"),), (Says(2, None),)),
        flaky="ab",
        flaky_attempts=0,
    ),
    Scope(
        "two updates of the same moment, and a mender",
        ((Says(1, "a"),), (Says(1, "ab", "coat"),)),
        flaky="a",
        flaky_attempts=0,
    ),
    Scope(
        "images of every kind, and an update",
        ((Says(1, "ab"),), (Says(2, "bc"),)),
        flaky="a",
        fickle="b",
        broken="c",
        flaky_attempts=0,
    ),
    Scope(
        "a new life after a delete, requests sent again, two late ones at a time",
        ((Says(1, "ab"), Says(2, None)), (Says(3, "b", "coat"),)),
        mender=False,
        resends=True,
        late_requests=2,
    ),
    Scope(
        "two products, three events in a row",
        ((Says(1, "a"), Says(1, "b", product="q"), Says(2, "c")),),
        mender=False,
    ),
    Scope(
        "two members, a mender that fails twice",
        ((Says(1, "ab"),),),
        flaky="ab",
    ),
    Scope(
        "two states in one request, and a mender",
        ((Says(1, "ab"), Says(2, "bc", "coat")),),
        flaky="b",
        flaky_attempts=0,
        coalesced=False,
    ),
    Scope(
        "four events over three partitions",
        ((Says(1, "a"), Says(2, None)), (Says(3, "ab", "coat"),), (Says(2, "b"),)),
        mender=False,
    ),
    Scope(
        "a search, orphans, two late requests",
        ((Says(1, "a"),), (Says(2, "b"),), (Says(3, "ab"),)),
        mender=False,
        members=1,
        late_requests=2,
        reader=True,
    ),
    Scope(
        "a search, an update with other images, a mender",
        ((Says(1, "ab"),), (Says(2, "bc"),)),
        flaky="b",
        flaky_attempts=0,
        members=1,
        reader=True,
    ),
)
