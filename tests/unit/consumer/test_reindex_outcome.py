"""What a reindex has come to is said with what to do next."""

from consumer.audit.findings import FindingKind
from consumer.audit.generation_audit import AuditReport
from consumer.reindex.build_mark import BuildSource
from consumer.reindex.comparison import Comparison, Difference
from consumer.reindex.outcome_in_words import lines_of
from consumer.reindex.rebuild import ReindexOutcome


def an_outcome(*, finished: bool = True, promoted: bool = False, clean: bool = True) -> ReindexOutcome:
    audit = AuditReport()
    if not clean:
        audit.findings[FindingKind.ORPHAN] = 2
    return ReindexOutcome(
        "products-2",
        "products-1",
        BuildSource.LOG,
        resumed=False,
        finished=finished,
        promoted=promoted,
        audit=audit,
    )


def test_a_finished_one_names_the_command_that_promotes_it() -> None:
    """And the one that keeps it up to date."""
    said = "\n".join(lines_of(an_outcome()))
    assert "python -m consumer generations promote products-2" in said
    assert "python -m consumer run --generation products-2" in said


def test_a_promoted_one_names_the_way_back() -> None:
    """And how that way is kept open."""
    said = "\n".join(lines_of(an_outcome(promoted=True)))
    assert "python -m consumer generations rollback" in said
    assert "python -m consumer run --generation products-1" in said


def test_an_audit_that_is_not_clean_is_the_reason() -> None:
    """It says what was found."""
    said = "\n".join(lines_of(an_outcome(clean=False)))
    assert "audit: 2 orphan" in said
    assert "not promoted, since its audit is not clean" in said


def test_leftovers_that_are_removed_are_no_reason() -> None:
    """They are told as what they are."""
    outcome = an_outcome(clean=False, promoted=True)
    assert outcome.audit is not None
    outcome.audit.removed = 2
    said = "\n".join(lines_of(outcome))
    assert "audit: 2 orphan, removed" in said
    assert "not clean" not in said


def test_an_unfinished_one_says_that_it_goes_on() -> None:
    """With the same command."""
    assert "the same command goes on" in "\n".join(lines_of(an_outcome(finished=False)))


def test_differences_come_with_their_reasons() -> None:
    """How many, why, and some of them by name."""
    outcome = an_outcome()
    comparison = Comparison(overlap=0.5, shared=[("p", "a"), ("q", "a")])
    comparison.old.lacking.update({"failed": 3})
    comparison.old.examples.append(Difference("p", "a.jpg", "failed: 404"))
    outcome.comparison = comparison
    said = "\n".join(lines_of(outcome))
    assert "only in products-1: 0 products; images: 3 failed" in said
    assert "p  a.jpg: failed: 404" in said
    assert "2 sampled products: 50% the same" in said
    assert "only in products-2" not in said
