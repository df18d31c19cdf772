"""What a reindex has come to, for people. Pure."""

from collections.abc import Iterator

from consumer.reindex.comparison import Comparison, Side
from consumer.reindex.rebuild import ReindexOutcome


def lines_of(outcome: ReindexOutcome) -> Iterator[str]:
    """The comparison, the audit, and what to do next."""
    name = outcome.generation
    yield from findings_of(outcome)
    if not outcome.finished:
        yield f"{name} is not finished: the same command goes on with it"
    elif outcome.promoted:
        yield f"{name} is promoted; searches are answered from it"
        if outcome.instead_of:
            yield "  back to the one before:     python -m consumer generations rollback"
            yield f"  keep that one up to date:   python -m consumer run --generation {outcome.instead_of}"
        yield f"  keep this one up to date:   python -m consumer run --generation {name}"
    else:
        yield f"{name} is built and not promoted" + _why_not(outcome)
        yield f"  let searches use it:        python -m consumer generations promote {name}"
        yield f"  keep it up to date:         python -m consumer run --generation {name}"


def findings_of(outcome: ReindexOutcome) -> Iterator[str]:
    """The comparison and the audit alone."""
    if outcome.comparison is not None:
        yield from _comparison_lines(outcome.comparison, outcome.generation, outcome.instead_of or "")
    if outcome.audit is not None:
        found = ", ".join(f"{n:,} {kind.value}" for kind, n in outcome.audit.findings.items() if n)
        removed = ", removed" if found and outcome.audit.sound else ""
        yield f"audit: {found or 'clean'}{removed}"


def _why_not(outcome: ReindexOutcome) -> str:
    return "" if outcome.audit is None or outcome.audit.sound else ", since its audit is not clean"


def _comparison_lines(comparison: Comparison, new: str, old: str) -> Iterator[str]:
    for name, side in ((new, comparison.new), (old, comparison.old)):
        yield f"{name}: {side.products:,} products for sale, {side.images:,} images found"
    yield from _lacking_lines(f"only in {old}", comparison.old)
    yield from _lacking_lines(f"only in {new}", comparison.new)
    if comparison.overlap is not None:
        asked = len(comparison.shared)
        yield f"the ten most similar of {asked:,} sampled products: {comparison.overlap:.0%} the same"


def _lacking_lines(title: str, side: Side) -> Iterator[str]:
    lacking = ", ".join(f"{number:,} {why}" for why, number in sorted(side.lacking.items()))
    if not side.lacking_products and not lacking:
        return
    yield f"{title}: {side.lacking_products:,} products; images: {lacking or 'none'}"
    for each in side.examples:
        yield f"  {each.product_id}  {each.image_key}: {each.why}"
