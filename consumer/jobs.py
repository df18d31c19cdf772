"""One product on its way through the pipeline."""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from consumer.dead_letters.letter import DeadLetter
from consumer.product_state import NextState, StateRules, Tried, state_of_event, state_of_retry
from consumer.steps.decide import Plan
from product_events import RawMessage
from vector_store import ImageStatus, ProductRecord
from vector_store.points import Vector


@dataclass(frozen=True, slots=True)
class ImageToFetch:
    """One image that a job waits for. anew: no copy that is kept from earlier will do."""

    key: str
    url: str
    version: str | None
    anew: bool


@dataclass(frozen=True, slots=True)
class PutAside:
    """A message that goes to the dead letters instead of into the index; `message` is as delivered."""

    letter: DeadLetter
    message: RawMessage


class Job:
    """A product's state to be written, and what came of its images so far. Thread-safe.

    work: the plan of an event, or the record whose pending images are tried again.
    """

    def __init__(self, work: Plan | ProductRecord, to_fetch: Iterable[ImageToFetch]) -> None:
        self.work = work
        self.to_fetch = tuple(to_fetch)
        self._lock = Lock()
        self._vectors: dict[str, Vector] = {}
        self._errors: dict[str, Exception] = {}

    @property
    def product_id(self) -> str:
        """The product."""
        return self.work.change.product_id if isinstance(self.work, Plan) else self.work.product_id

    @property
    def messages(self) -> tuple[RawMessage, ...]:
        """The messages that are dealt with once the job is written; none for a retry."""
        return self.work.events.messages if isinstance(self.work, Plan) else ()

    @property
    def message(self) -> RawMessage | None:
        """The message that brought the state, where it is at hand."""
        return self.work.events.latest.message if isinstance(self.work, Plan) else None

    @property
    def downloads_anew(self) -> bool:
        """Whether an event asked for its pictures to be downloaded although their images are known."""
        return isinstance(self.work, Plan) and self.work.events.refetch

    def reuse(self, vectors: dict[str, Vector]) -> None:
        """Stored vectors that serve again."""
        with self._lock:
            self._vectors.update(vectors)

    def settle(self, image_key: str, outcome: Vector | Exception) -> bool:
        """What came of one image. Returns whether it was the last one."""
        with self._lock:
            if isinstance(outcome, Exception):
                self._errors[image_key] = outcome
            else:
                self._vectors[image_key] = outcome
            return all(i.key in self._vectors or i.key in self._errors for i in self.to_fetch)

    def error_of(self, image_key: str) -> Exception:
        """Why an image has no vector."""
        return self._errors[image_key]

    def next_state(self, *, now_ms: int, rules: StateRules) -> NextState:
        """The state to write, once every image is settled."""
        tried = Tried(self._vectors, self._errors)
        if isinstance(self.work, Plan):
            return state_of_event(self.work, tried, now_ms=now_ms, rules=rules)
        return state_of_retry(self.work, tried, now_ms=now_ms, rules=rules)


def job_of_plan(plan: Plan, stored: dict[str, Vector]) -> Job:
    """A job for an event; `stored` holds at least the vectors that the plan reuses."""
    job = Job(
        plan,
        (ImageToFetch(image.key, image.url, image.version, image.key in plan.anew) for image in plan.fetch),
    )
    job.reuse({key: stored[key] for key in plan.reuse})
    return job


def job_of_retry(record: ProductRecord, now_ms: int) -> Job:
    """A job for the images of a record whose next try is due."""
    return Job(
        record,
        (
            # What is pending was not to be had before, so whatever copy there is cannot be it.
            ImageToFetch(image.key, image.url, image.version, anew=True)
            for image in record.images
            if image.status is ImageStatus.PENDING
            and image.retry_at_ms is not None
            and image.retry_at_ms <= now_ms
        ),
    )
