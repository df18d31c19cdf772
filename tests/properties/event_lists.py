"""Lists of events as a shop might publish them, in any order of arrival and any split into batches."""

from collections.abc import Sequence

from hypothesis import strategies as st

from consumer.steps.decode import DecodedEvent
from tests.properties.explorer.shop_log import Says, decoded

_IMAGES = st.lists(st.sampled_from("abc"), unique=True).map("".join)

says = st.builds(
    Says,
    order=st.integers(1, 4),
    images=st.one_of(_IMAGES, _IMAGES, st.none()),
    category=st.sampled_from(["shirt", "coat"]),
    product=st.sampled_from(["p", "q"]),
)
"""One event: few products and orders, so that ties and late arrivals are common."""


@st.composite
def event_lists(draw: st.DrawFn) -> list[DecodedEvent]:
    """Events in their order of arrival, some of them twice."""
    said = draw(st.lists(says, min_size=1, max_size=8))
    arriving = draw(st.permutations([*said, *draw(st.lists(st.sampled_from(said), max_size=4))]))
    return [decoded(each, 0, offset) for offset, each in enumerate(arriving)]


def split(events: Sequence[DecodedEvent], cuts: Sequence[int]) -> list[Sequence[DecodedEvent]]:
    """The events in batches that end at these places."""
    ends = sorted({cut % (len(events) + 1) for cut in cuts} | {len(events)})
    return [events[start:end] for start, end in zip([0, *ends], ends, strict=False) if start < end]


cuts = st.lists(st.integers(0, 12), max_size=5)
"""Where batches end, for `split`."""
