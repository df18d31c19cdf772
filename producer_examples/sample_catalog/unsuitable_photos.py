"""Photos that the sample catalogue leaves out: rude words, cartoon figures, or hardly a garment to see."""

from typing import Final

UNSUITABLE: Final = frozenset(
    {
        "02341619-2fa3-42d4-bb5e-689518228e67",
        "07b616c7-1ac6-48ea-8517-f0bc8d4ad4ec",
        "153a69c6-4c18-49c0-a3d5-8af2ce547fa7",
        "66a576d7-056c-49e4-b2c7-5ed8bb9c9267",
        "709126d8-270b-4393-84d3-765a9df3b3b8",
        "a1ce79d6-ad15-4bc6-96bb-ed6b380d0104",
        "a84a847c-2006-48fd-8e4a-efe92d50466f",
        "ef4c1f5b-e2f5-4d5d-85e7-1ada6086d44c",
    }
)
