"""The event that says what a product is after a change, above everything that was said before. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from product_events import (
    EncodedEvent,
    EventError,
    EventPolicy,
    EventTooLarge,
    EventType,
    FutureEvent,
    OrderKind,
    Product,
    RawMessage,
    TooManyImages,
    decode_event,
    encode_event,
)
from search_api.errors import EventTooBig, InvalidRequest, OrderAhead
from search_api.writing.product_edit import ProductEdit
from search_api.writing.product_state import ProductState, edited
from vector_store import Stamp

_SOURCE: Final = "/search-api"


@dataclass(frozen=True, slots=True)
class NextEvent:
    """An event to publish, and the state that it makes."""

    product_id: str
    kind: EventType
    message: EncodedEvent
    state: ProductState


def next_event(
    state: ProductState | None, edit: ProductEdit, policy: EventPolicy, *, floor: int, now_ms: int
) -> NextEvent:
    """Make the edit's event, and judge it as the consumer will.

    state: the product before, None where nobody has heard of it. floor: an order that may be taken already.
    Raises InvalidRequest, ProductUnknown, ImageUnknown, EventTooBig, OrderAhead.
    """
    order = _order(state, policy.order_kind, floor=floor, now_ms=now_ms)
    if edit.remove_product:
        kind, product = EventType.DELETED, None
        data: dict[str, Any] = {"id": edit.product_id}
    else:
        known = state is not None and state.product is not None
        kind, product = (EventType.UPDATED if known else EventType.CREATED), edited(state, edit)
        data = product.model_dump(mode="json", exclude_none=True)
    in_versions = policy.order_kind is OrderKind.VERSION
    if edit.refetch and product is not None:
        data["refetch"] = True
    if in_versions:
        data["version"] = order
    time = datetime.fromtimestamp((now_ms if in_versions else order) / 1000, UTC)
    try:
        message = encode_event(kind, data, source=_SOURCE, time=time)
        change = decode_event(
            RawMessage("", 0, 0, now_ms, message.key, message.value, message.headers), policy
        )
    except EventTooLarge as error:
        raise EventTooBig(f"product {edit.product_id[:100]}: {error} (EVENT_MAX_BYTES)") from error
    except TooManyImages as error:
        raise InvalidRequest.of("images", str(error)) from error
    except FutureEvent as error:
        raise OrderAhead(f"the product's last event is dated ahead of the clock here: {error}") from error
    except (EventError, OverflowError) as error:
        raise InvalidRequest.of("product_id", f"no event can be made: {error}") from error
    stamp = Stamp.of_event(order=change.order, deleted=change.deleted, tie=change.tie)
    return NextEvent(edit.product_id, kind, message, _after(stamp, product))


def _order(state: ProductState | None, kind: OrderKind, *, floor: int, now_ms: int) -> int:
    above = max(floor, state.order if state is not None else 0) + 1
    return above if kind is OrderKind.VERSION else max(now_ms, above)


def _after(stamp: Stamp, product: Product | None) -> ProductState:
    if product is None:
        return ProductState(stamp)
    without_images = product.model_dump(mode="json", exclude_none=True, exclude={"images"})
    return ProductState(stamp, without_images, product.images)
