from consumer.dead_letters.letter_filter import LetterFilter
from consumer.dead_letters.letter_rows import newest_rows
from product_events import RawMessage
from tests.unit.consumer.letters import a_letter, delivered


def test_letters_of_several_generations_are_one_row() -> None:
    """A message, and each image of it, is one row, which names every generation that put it aside."""
    messages = [
        delivered(a_letter(5, generation="old"), at=0),
        delivered(a_letter(5, generation="old", image_url="a"), at=1),
        delivered(a_letter(5, generation="new", image_url="a", attempts=3), at=2),
        delivered(a_letter(5, generation="new"), at=3),
        delivered(a_letter(6), at=4),
    ]
    listing = newest_rows(messages, LetterFilter(), 10)
    assert [(str(r.about), r.image_url, r.letter.offset, r.copies, r.generations) for r in listing.rows] == [
        ("products:1:6", None, 4, 1, ("products-1f2e3d4c",)),
        ("products:1:5", None, 3, 2, ("old", "new")),
        ("products:1:5", "a", 2, 2, ("old", "new")),
    ]
    assert (listing.letters, listing.foreign, listing.left_out) == (5, 0, False)


def test_no_more_rows_are_held_than_asked_for() -> None:
    """The newest stay, all are counted, and what is no letter is counted by itself."""
    foreign = RawMessage("product.dead-letters", 0, 99, 0, None, b"?", ())
    messages = [*(delivered(a_letter(n), at=n) for n in range(20)), foreign]
    listing = newest_rows(messages, LetterFilter(), 3)
    assert [row.about.offset for row in listing.rows] == [19, 18, 17]
    assert (listing.letters, listing.foreign, listing.left_out) == (20, 1, True)


def test_a_row_holds_little_of_a_huge_letter() -> None:
    """Texts are cut, and of a traceback the last line is kept."""
    reason = "Traceback\n  in somewhere\nValueError: " + "x" * 8_000
    letter = a_letter(0, reason=reason, image_url="u" * 8_000, key=b"k" * 900_000)
    [row] = newest_rows([delivered(letter)], LetterFilter(), 3).rows
    assert row.reason.startswith("ValueError: xxx")
    assert len(repr(row)) < 4_000
