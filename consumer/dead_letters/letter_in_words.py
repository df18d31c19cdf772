"""What a dead letter means, and what happens next, for whoever reads it."""

from typing import Final

from consumer.dead_letters.stored_letters import StoredLetter
from consumer.redrive.history import Redrives

_HINTS: Final[dict[str, str]] = {
    "NotAnEvent": "What was sent is no event: mend the producer, and have it publish the product again.",
    "UnknownEventType": "It is no product.created, product.updated or product.deleted: mend the producer.",
    "InvalidProduct": "The product is not as the schema has it: mend the producer, and publish it again.",
    "MissingProductId": "Neither key nor data.id names a product: mend the producer.",
    "KeyMismatch": "The key names another product than the event does: mend the producer.",
    "MissingOrder": "It does not say its version, and EVENT_ORDER=version needs one: mend the producer.",
    "OrderOutOfRange": "Its order is too large to be kept: mend the producer.",
    "FutureEvent": "Its time lies ahead of Kafka's: put the producer's clock right, and publish it again.",
    "TooManyImages": "Raise MAX_IMAGES, then redrive it.",
    "EventTooLarge": "Have the producer send less with each product, and publish it again.",
    "Unexpected": "The service has met something unforeseen: report it, and redrive it once mended.",
    "Skipped": "Somebody skipped it, so that its partition went on: redrive it once the cause is gone.",
    "ForbiddenHost": "Add the image's host to IMAGE_ALLOWED_HOSTS if it is yours, then redrive it.",
    "HttpMissing": "Put the image back at its URL, then redrive it.",
    "NotAnImage": "Put a picture at its URL, then redrive it.",
    "InvalidPayload": "The index refuses these values: see its reason.",
}
_ANY_EVENT = "Once the cause is gone, redrive it."
_ANY_IMAGE = "Once the image can be had, redrive it."


def what_happens_next(stored: StoredLetter, redrives: Redrives) -> list[str]:
    """Sentences: what has become of the product, what is done by itself, and what a person can do."""
    letter = stored.letter
    if letter.image_url is not None:
        said = [
            "The product is indexed without this image; its other images are found as usual.",
            "Nothing happens by itself: this image has failed for good.",
        ]
    else:
        said = [
            "The consumer went on without this event: the product stays as its other events say.",
            "Nothing happens by itself.",
        ]
    said.append(_HINTS.get(letter.error_class, _ANY_EVENT if letter.image_url is None else _ANY_IMAGE))
    if not stored.carries_its_message:
        said.append(
            "The letter does not carry the event itself: a redrive reads it from where it first stood, "
            "as long as the log holds it."
        )
    times = max(stored.redrives, redrives.times)
    if times:
        answered = redrives.is_answered(letter_redrives=stored.redrives, put_aside_ms=stored.put_aside_ms)
        said.append(
            f"It was redriven {times} × so far"
            + (", and has come back." if answered else ", and has not come back since.")
        )
    said.append(f"Redrive it: python -m consumer dead-letters redrive {stored.about}")
    return said
