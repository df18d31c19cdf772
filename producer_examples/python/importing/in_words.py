"""What an import tells at its end."""

from collections.abc import Iterator

from producer_examples.python.importing.import_run import Outcome
from producer_examples.python.importing.reading_pass import Account

_MAX_SHOWN = 20


def what_was_not_read(account: Account) -> Iterator[str]:
    """A line for each document without an event, and for each field with values that events go without."""
    for place, reason in account.bad:
        yield f"{place}: {reason}"
    if account.bad_count > len(account.bad):
        yield f"and {account.bad_count - len(account.bad)} more documents"
    for name, count in account.unread.most_common():
        examples = "; ".join(account.examples[name])
        yield f"{name} could not be read {count} times, and is left out there: {examples}"


def what_was_sent(outcome: Outcome, account: Account) -> str:
    """One line of counts."""
    parts = [f"{outcome.delivered} of {outcome.sent} events arrived"]
    for count, words in (
        (outcome.deletes, "of them say that a product is gone"),
        (outcome.again, "sent again for a change meanwhile"),
        (outcome.failed, "failed"),
        (outcome.unchanged, "products unchanged since an earlier import"),
        (account.too_old, "products unchanged since --since"),
        (account.bad_count, "documents are no product that can be sent"),
        (outcome.unsettled, "products change faster than they can be sent"),
    ):
        if count:
            parts.append(f"{count} {words}")
    return ", ".join(parts)


def failures(outcome: Outcome) -> Iterator[str]:
    """A line for each of the first events that did not arrive."""
    for failure in outcome.failures[:_MAX_SHOWN]:
        yield f"product {failure.product_id}: {failure.reason}"
