"""The chaos cases' judgement finds whatever is wrong: each flaw alone, in a run that is otherwise right."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from product_events import RawMessage
from tests.chaos.accounting import (
    Account,
    account_for_all,
    letters_are_explained,
    no_offset_passes_unfinished_work,
    offsets_are_at_the_end,
    shows_the_fold,
)
from tests.chaos.fold import Said, fold, said_by
from tests.chaos.shown import Shown
from tests.services.dead_letter_reading import ReadLetter
from tests.services.group_progress import Standing
from tests.services.published import Event, product_event

GOOD, OTHER, REFUSED = "http://host/good.jpg", "http://host/other.jpg", "http://host/refused.jpg"
PICTURES = {GOOD: 0, OTHER: 1}
REFUSALS = {REFUSED: "HttpRefused"}
TOPIC = "product.updated"


def shirt(order: int, *urls: str, price: float = 10.0) -> Event:
    data = {"id": "shirt", "name": "a shirt", "category": "shirt", "price": price, "images": list(urls)}
    return product_event(TOPIC, "updated", data, order=order)


EVENTS = [
    shirt(1, GOOD),
    shirt(3, GOOD, OTHER, REFUSED, price=12.5),
    shirt(2, OTHER),
    shirt(3, GOOD, OTHER, REFUSED, price=12.5),
    product_event(TOPIC, "created", {"id": "coat", "name": "a coat", "images": [GOOD]}, order=1),
    product_event(TOPIC, "deleted", {"id": "coat"}, order=5),
    Event(TOPIC, b"any", b"no event"),
]
NEWEST, COAT, COATS_END, NONSENSE = 1, 4, 5, 6


@dataclass(slots=True)
class Run:
    """What a case leaves: one that is right, for a test to spoil."""

    log: list[RawMessage]
    shown: dict[str, Shown]
    letters: list[ReadLetter]
    offsets: dict[tuple[str, int], Standing]
    pictures: dict[str, int] = field(default_factory=lambda: dict(PICTURES))

    def judge(self) -> Account:
        """As `verdict.judge` does."""
        said = {(each.topic, each.partition, each.offset): said_by(each) for each in self.log}
        standing = fold(each for each in said.values() if each is not None)
        shows_the_fold(standing, self.shown, self.pictures)
        letters_are_explained(self.letters, said, standing, REFUSALS)
        offsets_are_at_the_end(self.offsets)
        return account_for_all(said, standing, self.shown, self.letters)

    def judge_midway(self) -> None:
        """As `verdict.judge_midway` does."""
        said = {(each.topic, each.partition, each.offset): said_by(each) for each in self.log}
        stamps = {product: (each.revision, each.tie) for product, each in self.shown.items()}
        no_offset_passes_unfinished_work(
            self.offsets, said, stamps, {letter.position for letter in self.letters}
        )


def message(offset: int, event: Event) -> RawMessage:
    return RawMessage(TOPIC, 0, offset, 1_900_000_000_000, event.key, event.value, event.headers)


def a_letter(offset: int, error_class: str, image: str | None = None) -> ReadLetter:
    fields = {
        "dl_topic": TOPIC,
        "dl_partition": "0",
        "dl_offset": str(offset),
        "dl_error_class": error_class,
    }
    return ReadLetter(None, None, fields if image is None else {**fields, "dl_image_url": image})


@pytest.fixture
def run() -> Run:
    log = [message(offset, event) for offset, event in enumerate(EVENTS)]
    newest, coats_end = (said_by(log[offset]) for offset in (NEWEST, COATS_END))
    assert isinstance(newest, Said)
    assert isinstance(coats_end, Said)
    carried: dict[str, Any] = {
        "revision": newest.revision,
        "tie": newest.tie,
        "category": "shirt",
        "price": 12.5,
    }
    of_shirt = Shown(
        revision=newest.revision,
        tie=newest.tie,
        live=True,
        fields={"name": "a shirt", "category": "shirt", "price": 12.5},
        found=frozenset({(GOOD, 0), (OTHER, 1)}),
        points={GOOD: carried, OTHER: carried},
        pending=frozenset(),
    )
    of_coat = Shown(
        revision=coats_end.revision,
        tie=coats_end.tie,
        live=False,
        fields=None,
        found=frozenset(),
        points={},
        pending=frozenset(),
    )
    letters = [a_letter(NEWEST, "HttpRefused", REFUSED), a_letter(NONSENSE, "NotAnEvent")]
    ends = {(TOPIC, 0): Standing(len(log), 0, len(log)), (TOPIC, 1): Standing(0, 0, 0)}
    return Run(log, {"shirt": of_shirt, "coat": of_coat}, letters, ends)


def test_a_run_that_is_right_passes(run: Run) -> None:
    """Each message is counted as what became of it."""
    run.judge_midway()
    account = run.judge()
    assert account == Account(stand=3, superseded=3, unusable=1, letters=2, repeated=0)
    assert str(account) == "7 (3 stand, 3 superseded, 1 unusable)"


def shirt_is(**changed: Any) -> Callable[[Run], None]:
    """The index shows something else of the shirt."""

    def spoil(run: Run) -> None:
        run.shown["shirt"] = replace(run.shown["shirt"], **changed)

    return spoil


def older_state(run: Run) -> None:
    """The index never heard of the newest event."""
    older = said_by(run.log[0])
    assert older is not None
    shirt_is(revision=older.revision, tie=older.tie)(run)


def no_such_product(run: Run) -> None:
    del run.shown["shirt"]


def an_unknown_product(run: Run) -> None:
    run.shown["ghost"] = run.shown["coat"]


def a_deleted_product_is_found(run: Run) -> None:
    run.shown["coat"] = replace(run.shown["coat"], live=True, found=frozenset({(GOOD, 0)}))


def a_point_lags_behind(run: Run) -> None:
    points = run.shown["shirt"].points
    shirt_is(points={**points, GOOD: {**points[GOOD], "price": 10.0}})(run)


def a_newer_event(run: Run) -> None:
    """The log ends with an event that the index does not show, though everything is committed."""
    run.log.append(message(len(run.log), shirt(9, GOOD)))
    run.offsets[TOPIC, 0] = Standing(len(run.log), 0, len(run.log))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(older_state, id="an older state"),
        pytest.param(no_such_product, id="a product is missing"),
        pytest.param(an_unknown_product, id="a product that nobody ever named"),
        pytest.param(a_deleted_product_is_found, id="a deleted product is found"),
        pytest.param(shirt_is(tie=0), id="the other of two states of one moment"),
        pytest.param(shirt_is(live=False), id="it is not for sale"),
        pytest.param(shirt_is(fields={"name": "a shirt"}), id="its price is lost"),
        pytest.param(shirt_is(found=frozenset({(GOOD, 0)})), id="a picture is not found"),
        pytest.param(shirt_is(found=frozenset({(GOOD, 0), (OTHER, 0)})), id="another picture is found"),
        pytest.param(
            shirt_is(found=frozenset({(GOOD, 0), (OTHER, 1), (REFUSED, 2)})), id="a picture too many is found"
        ),
        pytest.param(a_point_lags_behind, id="a point carries an old price"),
        pytest.param(shirt_is(pending=frozenset({OTHER})), id="a picture is still pending"),
        pytest.param(a_newer_event, id="an event is lost"),
    ],
)
def test_a_wrong_index_is_found(run: Run, spoil: Callable[[Run], None]) -> None:
    """An index that is not the fold of the log in any one thing fails, and the product is named."""
    spoil(run)
    with pytest.raises(AssertionError, match="1 products differ from F; the first, "):
        run.judge()


def letter_of(offset: int, error_class: str, image: str | None = None) -> Callable[[Run], None]:
    """One dead letter more."""

    def spoil(run: Run) -> None:
        run.letters.append(a_letter(offset, error_class, image))

    return spoil


def no_letter(position: int) -> Callable[[Run], None]:
    """One dead letter less."""

    def spoil(run: Run) -> None:
        del run.letters[position]

    return spoil


def wrong_class(run: Run) -> None:
    run.letters[0] = a_letter(NEWEST, "FetchTimedOut", REFUSED)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        pytest.param(letter_of(0, "Unexpected"), "unexplained", id="of a good event"),
        pytest.param(letter_of(NEWEST, "HttpRefused", GOOD), "unexplained", id="of a good picture"),
        pytest.param(
            letter_of(0, "HttpRefused", REFUSED), "unexplained", id="of an event without the picture"
        ),
        pytest.param(wrong_class, "unexplained", id="for another reason"),
        pytest.param(no_letter(0), "no dead letter for", id="none of a refused picture"),
        pytest.param(no_letter(1), "missing", id="none of an unusable event"),
    ],
)
def test_a_wrong_dead_letter_is_found(run: Run, spoil: Callable[[Run], None], complaint: str) -> None:
    """A dead letter that nothing explains fails, and so does one that is missing."""
    spoil(run)
    with pytest.raises(AssertionError, match=complaint):
        run.judge()


def test_a_letter_of_the_same_event_sent_twice_will_do(run: Run) -> None:
    """Of duplicates either may be the one that was worked on."""
    run.letters[0] = a_letter(NEWEST + 2, "HttpRefused", REFUSED)
    run.judge()


def test_letters_that_were_delivered_twice_are_counted(run: Run) -> None:
    """A crash may repeat a letter: allowed, and told."""
    run.letters.append(run.letters[0])
    assert run.judge().repeated == 1


@pytest.mark.parametrize(
    "standing", [Standing(None, 0, 7), Standing(6, 0, 7), Standing(8, 0, 7)], ids=["none", "short", "past"]
)
def test_an_offset_that_is_not_at_the_end_is_found(run: Run, standing: Standing) -> None:
    """Everything must be committed, and nothing that does not exist."""
    run.offsets[TOPIC, 0] = standing
    with pytest.raises(AssertionError, match="not at the end"):
        run.judge()


def test_an_offset_past_unfinished_work_is_found(run: Run) -> None:
    """With the newest state not written yet, offsets may stand before it, and not behind it."""
    older_state(run)
    run.offsets[TOPIC, 0] = Standing(NEWEST, 0, len(run.log))
    run.judge_midway()
    run.offsets[TOPIC, 0] = Standing(NEWEST + 1, 0, len(run.log))
    with pytest.raises(AssertionError, match="is committed, and its product stands at"):
        run.judge_midway()


def test_an_offset_past_a_product_without_a_record_is_found(run: Run) -> None:
    """Nothing is known of the product though its event is committed."""
    del run.shown["coat"]
    run.offsets[TOPIC, 0] = Standing(COAT, 0, len(run.log))
    run.judge_midway()
    run.offsets[TOPIC, 0] = Standing(COAT + 1, 0, len(run.log))
    with pytest.raises(AssertionError, match="stands at None"):
        run.judge_midway()


def test_an_offset_past_a_letter_that_was_not_delivered_is_found(run: Run) -> None:
    """An unusable event may be committed only once it is put aside."""
    run.letters.pop()
    run.offsets[TOPIC, 0] = Standing(NONSENSE, 0, len(run.log))
    run.judge_midway()
    run.offsets[TOPIC, 0] = Standing(NONSENSE + 1, 0, len(run.log))
    with pytest.raises(AssertionError, match="is no dead letter"):
        run.judge_midway()


def test_a_message_of_which_nothing_became_is_found(run: Run) -> None:
    """The account itself does without the other checks: a lost event and a lost letter are named."""
    said = {(each.topic, each.partition, each.offset): said_by(each) for each in run.log}
    standing = fold(each for each in said.values() if each is not None)
    with pytest.raises(AssertionError, match="is lost: nothing is known of coat"):
        account_for_all(said, standing, {"shirt": run.shown["shirt"]}, run.letters)
    with pytest.raises(AssertionError, match="is lost: no dead letter"):
        account_for_all(said, standing, run.shown, [])
    older_state(run)
    with pytest.raises(AssertionError, match="is lost: Shown"):
        account_for_all(said, standing, run.shown, run.letters)
