"""What the sample shop calls its products and asks for them. All brands are invented."""

from dataclasses import dataclass
from typing import Final

BRANDS: Final = (
    "Alder & Thimble",
    "Brannock Row",
    "Corvella",
    "Dunmarrow",
    "Fennmark",
    "Halvory",
    "Jutewick",
    "Lumeshore",
    "Ostrello",
    "Quillby",
    "Tarnfold",
    "Veldanne",
)

_LETTER_SIZES: Final = ("XS", "S", "M", "L", "XL")
_KIDS_SIZES: Final = ("92", "104", "116", "128")


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary of one category. Prices are in euros; a name is a material or style and a noun."""

    nouns: tuple[str, ...]
    materials: tuple[str, ...]
    styles: tuple[str, ...]
    cheapest: int
    dearest: int
    sizes: tuple[str, ...] = _LETTER_SIZES


BY_CATEGORY: Final = {
    "blazer": Words(
        ("blazer", "jacket"), ("wool", "linen", "cotton"), ("tailored", "soft", "classic"), 89, 219
    ),
    "blouse": Words(("blouse",), ("viscose", "silk", "cotton"), ("flowing", "pleated", "tie-neck"), 35, 95),
    "body": Words(
        ("bodysuit",), ("organic cotton", "jersey"), ("long-sleeved", "wrap"), 12, 29, ("62", "74", "86")
    ),
    "dress": Words(("dress",), ("cotton", "viscose", "linen"), ("summer", "wrap", "midi", "shirt"), 45, 149),
    "hat": Words(("cap", "hat"), ("cotton", "wool", "twill"), ("everyday", "weekend"), 15, 45, ("one size",)),
    "hoodie": Words(("hoodie",), ("cotton", "fleece"), ("zip", "oversized", "heavyweight"), 39, 89),
    "longsleeve": Words(
        ("long-sleeve top",), ("cotton", "merino", "jersey"), ("slim", "striped", "basic"), 25, 69
    ),
    "outwear": Words(("jacket", "coat"), ("wool", "nylon", "cotton"), ("winter", "city", "travel"), 79, 289),
    "pants": Words(
        ("trousers",),
        ("denim", "cotton", "twill"),
        ("straight", "tapered", "relaxed"),
        39,
        119,
        ("28", "30", "32", "34", "36"),
    ),
    "polo": Words(("polo shirt",), ("piqué", "cotton"), ("classic", "tipped", "slim"), 29, 79),
    "shirt": Words(("shirt",), ("linen", "cotton", "flannel"), ("oxford", "slim", "relaxed"), 35, 99),
    "shoes": Words(
        ("shoes", "sneakers"),
        ("leather", "suede", "canvas"),
        ("everyday", "city", "low"),
        49,
        169,
        ("37", "39", "41", "43", "45"),
    ),
    "shorts": Words(("shorts",), ("cotton", "linen", "denim"), ("chino", "sport", "relaxed"), 25, 69),
    "skirt": Words(("skirt",), ("denim", "cotton", "wool"), ("pleated", "A-line", "midi"), 29, 89),
    "t-shirt": Words(("T-shirt", "tee"), ("cotton", "jersey"), ("basic", "boxy", "graphic"), 15, 45),
    "top": Words(("top",), ("cotton", "viscose"), ("cropped", "ribbed"), 15, 45),
    "undershirt": Words(("tank top", "undershirt"), ("cotton", "ribbed cotton"), ("fitted", "basic"), 12, 29),
}


def sizes_of(category: str, *, for_kids: bool) -> tuple[str, ...]:
    """Return the sizes a product of this category comes in."""
    sizes = BY_CATEGORY[category].sizes
    return _KIDS_SIZES if for_kids and sizes is _LETTER_SIZES else sizes
