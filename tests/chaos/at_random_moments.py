"""What a case draws: how far the work has come when something is done to the system, and to which member."""

from collections.abc import Sequence

from tests.chaos.members import Member, Members
from tests.chaos.trial import Trial
from tests.integration.consumer.conftest import Shop
from tests.services.group_progress import group_of_store
from tests.services.published import Event
from vector_store import VectorStore


def in_parts(events: Sequence[Event], parts: int) -> list[Sequence[Event]]:
    """As many parts, of almost the same length."""
    return [events[n * len(events) // parts : (n + 1) * len(events) // parts] for n in range(parts)]


def wait_for_a_moment(trial: Trial, shop: Shop, store: VectorStore, *, most: int) -> None:
    """Until some of what is to be done is done; how much is drawn."""
    left = trial.rng.randrange(most)
    shop.progress().wait_until_done(lambda: group_of_store(store), timeout_seconds=240, at_most=left)


def end_one(trial: Trial, members: Members) -> None:
    """End a member, kindly or not."""
    leaving = trial.rng.choice(members.working())
    if trial.rng.random() < 0.6:
        trial.faults["kill -9"] += 1
        leaving.kill()
    else:
        trial.faults["SIGTERM"] += 1
        leaving.stop()


def freeze_one(trial: Trial, members: Members) -> Member:
    """Stop a member's clock: the group takes it for dead, and it knows nothing of that when it wakes."""
    frozen = trial.rng.choice(members.working())
    trial.faults["SIGSTOP"] += 1
    frozen.suspend()
    return frozen
