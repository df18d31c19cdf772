"""What a shop says over the years, drawn from a seed: states in any order, duplicates, ties, and nonsense."""

from dataclasses import dataclass, replace
from random import Random

from tests.services.published import Event, product_event

_CATEGORIES = ("shirt", "shoe", "dress", "bag")


@dataclass(frozen=True, slots=True)
class HistorySize:
    """products, events: how many of each; the nonsense and the duplicates are among the events."""

    products: int
    events: int
    duplicates: float = 0.15
    bad_events: float = 0.0
    most_images: int = 3


def history(
    rng: Random, topics: tuple[str, str, str], urls: list[str], size: HistorySize, since: int = 0
) -> list[Event]:
    """The events, in the order in which they are to be sent; none is from before `since`."""
    bad = round(size.events * size.bad_events)
    again = round(size.events * size.duplicates)
    events = [_state(rng, topics, urls, size, since) for _ in range(size.events - bad - again)]
    events += rng.choices(events, k=again)
    events += [_nonsense(rng, rng.choice(events)) for _ in range(bad)]
    rng.shuffle(events)
    return events


def _state(
    rng: Random, topics: tuple[str, str, str], urls: list[str], size: HistorySize, since: int
) -> Event:
    created, updated, deleted = topics
    product_id = f"p{rng.randrange(size.products)}"
    # Few orders for many events: two states of one product often claim the same moment.
    order = since + rng.randrange(max(4, size.events // size.products))
    if rng.random() < 0.15:
        return product_event(deleted, "deleted", {"id": product_id}, order=order)
    data = {
        "id": product_id,
        "name": f"product {rng.randrange(100)}",
        "category": rng.choice(_CATEGORIES),
        "price": rng.randrange(1, 200) / 4,
        "in_stock": rng.random() < 0.8,
        "images": rng.sample(urls, rng.randint(0, min(size.most_images, len(urls)))),
    }
    if rng.random() < 0.02:
        data["refetch"] = True
    kind, topic = rng.choice((("created", created), ("updated", updated)))
    return product_event(topic, kind, data, order=order)


def _nonsense(rng: Random, event: Event) -> Event:
    value = event.value or b""
    return rng.choice(
        (
            replace(event, value=value[: len(value) // 2]),
            replace(event, value=bytes(rng.randrange(256) for _ in range(60))),
            replace(event, value=value.replace(b'"type":"product.', b'"type":"order.', 1)),
            replace(event, key=b"another"),
            replace(event, value=value.replace(b'"time":"2026', b'"time":"2099', 1)),
        )
    )
