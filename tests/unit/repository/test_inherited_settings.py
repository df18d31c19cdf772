"""Each room has its own settings, and a service inherits those of several."""

from collections import Counter

import pytest
from pydantic import BaseModel

from consumer.settings import ConsumerSettings
from search_api.settings import SearchApiSettings

SERVICES = pytest.mark.parametrize("service", [ConsumerSettings, SearchApiSettings])


@SERVICES
def test_no_room_takes_the_place_of_anothers_validator(service: type[BaseModel]) -> None:
    """Of two validators with one name only one would run, and the other's variable not be read at all."""
    names: Counter[str] = Counter()
    for room in service.__mro__:
        own = vars(room).get("__pydantic_decorators__")
        if own is not None and room is not service:
            names.update((own.field_validators.keys() | own.model_validators.keys()) & vars(room).keys())
    assert names
    assert [name for name, rooms in names.items() if rooms > 1] == []


@SERVICES
def test_what_to_compute_with_is_read_from_the_environment(
    service: type[BaseModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`EMBEDDER_PROVIDERS=cuda,cpu` is a list for either service."""
    monkeypatch.setenv("EMBEDDER_PROVIDERS", "cuda, cpu")
    assert service().model_dump()["embedder_providers"] == ("cuda", "cpu")
