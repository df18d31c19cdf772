"""The whole of a generation compared with itself: every image point with its product's record.

It streams through both in the order of point ids, which costs memory for a page, and notes nothing but the
products that look wrong. A state that is being written looks wrong for a moment; so those products are looked
at once more, a while later and by themselves, and only what is still wrong then is a finding.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from consumer.audit.findings import Finding, FindingKind, Remedy, compare, repair
from vector_store import ProductRecord, StoreCorrupt
from vector_store.identity import image_point_uuid
from vector_store.inspection import Inspection
from vector_store.points import Page, Payload, Point

_PRODUCTS_A_LOOK = 20
_LOOKS = 5


@dataclass(slots=True)
class AuditReport:
    """What an audit has covered so far, and what it found.

    removed: findings that were leftovers, which this audit has removed.
    unsettled: products that were written so often that no two looks agreed; the next audit sees them.
    """

    records: int = 0
    image_points: int = 0
    findings: dict[FindingKind, int] = field(default_factory=lambda: dict.fromkeys(FindingKind, 0))
    remedies: dict[Remedy, int] = field(default_factory=lambda: dict.fromkeys(Remedy, 0))
    removed: int = 0
    unsettled: int = 0

    @property
    def clean(self) -> bool:
        """Whether there was no finding."""
        return not any(self.findings.values())

    @property
    def sound(self) -> bool:
        """Whether nothing that it found is still there: leftovers at most, and those are removed.

        A product that is deleted while its picture is on its way leaves one; where shops are busy there is
        always another.
        """
        return sum(self.findings.values()) == self.removed


class Audit:
    """One audit of one generation; `steps` carries it out.

    repairs: whether findings are put right (by the guarded operations of `audit_findings.repair`).
    tell: takes each finding as it is confirmed.
    settle_seconds: how long a product that looks wrong is left alone before the second look.
    most_suspects: with so many products waiting for theirs, it comes before the audit goes on.
    clock: monotonic seconds. now_ms: milliseconds since 1970.
    """

    def __init__(
        self,
        inspection: Inspection,
        *,
        repairs: bool,
        tell: Callable[[Finding], None],
        clock: Callable[[], float],
        now_ms: Callable[[], int],
        settle_seconds: float = 5.0,
        most_suspects: int = 5_000,
    ) -> None:
        self._inspection = inspection
        self._repairs = repairs
        self._tell = tell
        self._clock = clock
        self._now_ms = now_ms
        self._settle_seconds = settle_seconds
        self._most_suspects = most_suspects
        self._suspects: dict[str, None] = {}
        self._settled_at = 0.0
        self.report = AuditReport()

    def steps(self) -> Iterator[float]:
        """Audit page by page: each step blocks for a few calls and gives the seconds to wait before the next.

        Raises StoreError; who goes on after that begins anew.
        """
        for page in self._inspection.record_pages():
            self._look_at_records(page)
            yield 0
            if len(self._suspects) >= self._most_suspects:
                yield from self._confirm()
        for page in self._inspection.image_pages():
            self._look_at_images(page)
            yield 0
            if len(self._suspects) >= self._most_suspects:
                yield from self._confirm()
        yield from self._confirm()

    def _look_at_records(self, page: Page) -> None:
        """Suspects the products of which a listed image has no point."""
        self.report.records += len(page.points)
        wanted: dict[str, str] = {}
        for point in page.points:
            record = self._read(point.id, point.payload)
            if record is not None and record.live:
                keys = (image.key for image in record.images if record.lists_as_indexed(image.key))
                wanted.update((image_point_uuid(record.product_id, key), record.id) for key in keys)
        there = self._inspection.which_exist(wanted.keys())
        self._suspect(product for point_id, product in wanted.items() if point_id not in there)

    def _look_at_images(self, page: Page) -> None:
        """Suspects the products of which a point is not what the record says."""
        self.report.image_points += len(page.points)
        by_product: dict[str, list[Point]] = {}
        for point in page.points:
            if product := _product_of(point):
                by_product.setdefault(product, []).append(point)
            else:
                why = "the point names no product"
                self._found([Finding(FindingKind.UNREADABLE, Remedy.NONE, why, point.id, "")])
        records = self._inspection.records(by_product.keys())
        for product, points in by_product.items():
            try:
                record = _readable(records.get(product))
            except StoreCorrupt:
                continue  # It was told when the records were looked at.
            found = compare(product, record, points, self._inspection.generation.filterable_attributes)
            if any(each.kind is not FindingKind.MISSING for each in found):
                self._suspect([product])

    def _suspect(self, products: Iterable[str]) -> None:
        for product in products:
            self._suspects[product] = None
            self._settled_at = self._clock() + self._settle_seconds

    def _confirm(self) -> Iterator[float]:
        while self._suspects and (wait_seconds := self._settled_at - self._clock()) > 0:
            yield wait_seconds
        suspects, self._suspects = iter(self._suspects), {}
        while some := list(islice(suspects, _PRODUCTS_A_LOOK)):
            for _ in range(_LOOKS):
                some = self._look_again(some)
                yield 0
                if not some:
                    break
            self.report.unsettled += len(some)

    def _look_again(self, products: list[str]) -> list[str]:
        """Report and repair these products; gives back those that were written meanwhile.

        The record is read before its points and after them: where it did not change, the points were read
        while it said what it says, and by the protocol every image that it lists must have been there.
        """
        before = self._inspection.records(products)
        points: dict[str, dict[str, Point]] = {product: {} for product in products}
        for point in self._inspection.images_of(products):
            if (product := _product_of(point)) in points:
                points[product][point.id] = point
        after = self._inspection.records(products)
        written: list[str] = []
        for product in products:
            if _stamp(before.get(product)) != _stamp(after.get(product)):
                written.append(product)
                continue
            try:
                record = _readable(after.get(product))
            except StoreCorrupt:
                continue
            self._settle(product, record, list(points[product].values()))
        return written

    def _settle(self, product: str, record: ProductRecord | None, points: list[Point]) -> None:
        found = compare(product, record, points, self._inspection.generation.filterable_attributes)
        self._found(found)
        if self._repairs and (operations := repair(record, found, now_ms=self._now_ms())):
            self._inspection.put_right(operations)
            self.report.removed += sum(each.remedy is Remedy.REMOVE for each in found)

    def _found(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.report.findings[finding.kind] += 1
            self.report.remedies[finding.remedy] += 1
            self._tell(finding)

    def _read(self, point_id: str, payload: Payload) -> ProductRecord | None:
        try:
            return _readable(payload)
        except StoreCorrupt as error:
            found = Finding(FindingKind.UNREADABLE, Remedy.NONE, str(error), point_id, point_id)
            self._found([found])
            return None


def _readable(payload: Payload | None) -> ProductRecord | None:
    """Raises StoreCorrupt."""
    return None if payload is None else ProductRecord.from_payload(payload)


def _product_of(point: Point) -> str:
    """The uuid of the point's product; empty where it names none."""
    product = point.payload.get("product")
    try:
        return product if isinstance(product, str) and str(UUID(product)) == product else ""
    except ValueError:
        return ""


def _stamp(payload: Mapping[str, object] | None) -> tuple[object, ...] | None:
    return None if payload is None else tuple(payload.get(part) for part in ("revision", "tie", "attempt"))
