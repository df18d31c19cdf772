"""The audit that runs by itself: every so often, a little at a time, so that nothing else waits for it."""

from collections.abc import Callable, Iterator
from time import monotonic

import structlog

from consumer.audit.findings import Finding
from consumer.audit.generation_audit import Audit
from consumer.metric_definitions import AUDIT_FINDINGS, AUDIT_FINISHED
from telemetry import Metrics
from vector_store import ProductIndex, StoreError

_log = structlog.get_logger()
_SLICE_SECONDS = 0.5
_LOOK_SECONDS = 10.0
AUDITED_AT = "audited_at_ms"
"""The status point's field: when an audit last ended, or when the first member began to wait for one."""


class PeriodicAudit:
    """Audits and repairs one generation whenever the last audit is long enough ago, whoever did it.

    `advance` is a chore: it does a slice of the work. When the last audit ended is read from the status point
    and given to it (`audited_at_ms`), so that restarts and other members neither forget nor repeat it.

    clock: monotonic seconds. now_ms: milliseconds since 1970.
    """

    def __init__(
        self,
        index: ProductIndex,
        metrics: Metrics,
        *,
        every_seconds: float,
        now_ms: Callable[[], int],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._index = index
        self._inspection = index.inspection()
        self._metrics = metrics
        self._every_seconds = every_seconds
        self._now_ms = now_ms
        self._clock = clock
        self._looked_at: float | None = None
        self._audited_at_ms = 0
        self._running: tuple[Audit, Iterator[float]] | None = None
        self._began_at = 0.0
        self._first: Finding | None = None

    def audited_at_ms(self) -> int:
        """When the last audit ended, as far as this member or the status point knows; blocks for a look-up.

        Where nobody knows, the waiting begins now. Raises StoreError.
        """
        stored = (self._index.status() or {}).get(AUDITED_AT)
        known = max(self._audited_at_ms, stored if isinstance(stored, int) else 0)
        self._audited_at_ms = known or self._now_ms()
        return self._audited_at_ms

    def advance(self) -> None:
        """Do a slice of the audit that is under way, or begin one if it is time.

        Blocks for about half a second. Raises StoreError; the audit then begins anew at a later turn.
        """
        self._running = self._running or self._begin_if_due()
        if self._running is None:
            return
        audit, steps = self._running
        until = self._clock() + _SLICE_SECONDS
        try:
            for wait_seconds in steps:
                if wait_seconds > 0 or self._clock() >= until:
                    return
        except StoreError:
            self._running = None
            raise
        self._finish(audit)

    def _begin_if_due(self) -> tuple[Audit, Iterator[float]] | None:
        if self._looked_at is not None and self._clock() - self._looked_at < _LOOK_SECONDS:
            return None
        self._looked_at = self._clock()
        if self._now_ms() - self.audited_at_ms() < self._every_seconds * 1000:
            return None
        audit = Audit(self._inspection, repairs=True, tell=self._note, clock=self._clock, now_ms=self._now_ms)
        self._began_at = self._clock()
        self._first = None
        _log.info("audit begins")
        return audit, audit.steps()

    def _note(self, finding: Finding) -> None:
        self._first = self._first or finding
        _log.debug("audit finding", **finding.to_json())

    def _finish(self, audit: Audit) -> None:
        self._running = None
        report = audit.report
        self._audited_at_ms = self._now_ms()
        self._metrics.set(AUDIT_FINISHED, self._audited_at_ms / 1000)
        for kind, number in report.findings.items():
            self._metrics.set(AUDIT_FINDINGS, number, kind=kind.value)
        say = _log.info if report.clean else _log.warning
        say(
            "audit finished",
            records=report.records,
            image_points=report.image_points,
            seconds=round(self._clock() - self._began_at, 1),
            findings={kind.value: number for kind, number in report.findings.items() if number},
            remedies={remedy.value: number for remedy, number in report.remedies.items() if number},
            unsettled=report.unsettled,
            first=None if self._first is None else self._first.to_json(),
        )
