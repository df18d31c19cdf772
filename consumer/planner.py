"""The planning half of the pipeline: a batch of messages becomes jobs, with few look-ups for all of them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from consumer.dead_letters.letter import DeadLetterWriter
from consumer.jobs import Job, PutAside, job_of_plan
from consumer.known_vectors import NothingKnown, VectorSource, WantedVectors
from consumer.persistence import Persistence
from consumer.pipeline_metrics import PipelineMetrics
from consumer.redrive.images import try_images_again
from consumer.steps.coalesce import ProductEvents, coalesce
from consumer.steps.decide import Plan, Superseded, decide, with_vectors_found, without_vectors_missing
from consumer.steps.decode import decode
from product_events import EventPolicy, RawMessage
from vector_store import ProductIndex


@dataclass(frozen=True, slots=True)
class Planned:
    """What a batch of messages asks for.

    aside: messages that cannot be used. superseded: messages with nothing left to do.
    """

    aside: tuple[PutAside, ...]
    superseded: tuple[RawMessage, ...]
    jobs: tuple[Job, ...]


class Planner:
    """Runs decode, coalesce and decide.

    now_ms: the time of day, in milliseconds since 1970.
    elsewhere: where vectors may be had that this index lacks.
    """

    def __init__(
        self,
        *,
        index: ProductIndex,
        policy: EventPolicy,
        redrive_topic: str,
        letters: DeadLetterWriter,
        persistence: Persistence,
        metrics: PipelineMetrics,
        now_ms: Callable[[], int],
        elsewhere: VectorSource | None = None,
    ) -> None:
        self._index = index
        self._policy = policy
        self._redrive_topic = redrive_topic
        self._letters = letters
        self._persistence = persistence
        self._metrics = metrics
        self._now_ms = now_ms
        self._elsewhere = elsewhere or NothingKnown()

    def plan(self, messages: Sequence[RawMessage], refetching: Collection[str] = ()) -> Planned:
        """Look at each message and each product once; blocks while the index does not answer.

        refetching: products whose pictures are being downloaded anew. Their events do so too: what is stored
        of them may be old, and written under a later event it would win.
        """
        with self._metrics.stage("decode"):
            decoded, undecodable = decode(messages, self._policy, self._redrive_topic)
        self._metrics.events_undecodable(len(undecodable))
        groups = [
            replace(group, refetch=True) if group.latest.change.product_id in refetching else group
            for group in coalesce(decoded)
        ]
        superseded: list[RawMessage] = []
        plans: list[Plan] = []
        with self._metrics.stage("look_up"):
            for decision in self._decisions(groups):
                if isinstance(decision, Superseded):
                    self._try_images_again(decision.events)
                    self._metrics.events_superseded(decision.events)
                    superseded += decision.events.messages
                else:
                    plans.append(decision)
            jobs = self._jobs(plans)
        return Planned(
            aside=tuple(PutAside(self._letters.of_event(each), each.delivered) for each in undecodable),
            superseded=tuple(superseded),
            jobs=jobs,
        )

    def _decisions(self, groups: Sequence[ProductEvents]) -> list[Superseded | Plan]:
        product_ids = [group.latest.change.product_id for group in groups]
        records = self._persistence.call("index", lambda: self._index.records(product_ids))
        return [
            decide(group, records.get(product_id))
            for group, product_id in zip(groups, product_ids, strict=True)
        ]

    def _try_images_again(self, events: ProductEvents) -> None:
        if events.images_again:
            try_images_again(
                self._index,
                events.latest.change.product_id,
                events.latest.stamp,
                persistence=self._persistence,
                now_ms=self._now_ms,
            )

    def _jobs(self, plans: Sequence[Plan]) -> tuple[Job, ...]:
        wanted = {plan.change.product_id: plan.reuse for plan in plans if plan.reuse}
        stored = self._persistence.call("index", lambda: self._index.vectors(wanted))
        plans = [without_vectors_missing(plan, stored.get(plan.change.product_id, {})) for plan in plans]
        found = self._elsewhere.find(
            [
                WantedVectors(plan.change.product_id, plan.stamp, plan.may_be_known)
                for plan in plans
                if plan.may_be_known
            ]
        )
        jobs: list[Job] = []
        for plan in plans:
            known = found.get(plan.change.product_id, {})
            vectors = {**stored.get(plan.change.product_id, {}), **known}
            jobs.append(job_of_plan(with_vectors_found(plan, known), vectors))
        return tuple(jobs)
