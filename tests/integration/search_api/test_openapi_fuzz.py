"""The API keeps to its own description, whatever schemathesis makes of it."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from search_api.app import create_app
from search_api.openapi.document import openapi_document
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.shop import SHOP, generation, promoted_index, shop_parts, shop_settings
from tests.unit.search_api.test_access import WRITE_KEY, entry

ATTRIBUTES = dict(generation().filterable_attributes)
POSITIVE, NEGATIVE = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
OPERATIONS = [
    (path, method, mode)
    for path, methods in openapi_document(ATTRIBUTES)["paths"].items()
    for method, operation in methods.items()
    # Where nothing is asked for, nothing can be asked for wrongly.
    for mode in ([POSITIVE, NEGATIVE] if operation.keys() & {"parameters", "requestBody"} else [POSITIVE])
]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The API over the sample shop, by its description; without a limit of searches."""
    store = MemoryStore()
    promoted_index(store).write(SHOP)
    folder = tmp_path_factory.mktemp("unused")
    settings_ = shop_settings(
        folder,
        search_api_rate_limit="",
        filterable_attributes=ATTRIBUTES,
        search_api_keys=entry("writer", "write", WRITE_KEY),
    )
    return schemathesis.openapi.from_wsgi("/openapi.json", create_app(shop_parts(store), settings_))


@pytest.mark.parametrize(("path", "method", "mode"), OPERATIONS)
def test_answers_are_as_described(
    described: Any, path: str, method: str, mode: schemathesis.GenerationMode
) -> None:
    """No 5xx, no status, content type or shape that the description does not name; nonsense is refused."""

    excluded: list[Any] = [positive_data_acceptance]
    if path == "/find_similar/batch":
        # What is wrong with one of its queries is said in that one's place, and the others are answered.
        excluded.append(negative_data_rejection)

    @settings(max_examples=80, suppress_health_check=list(HealthCheck))
    # With a key and without: metrics and statistics are told to its holders alone.
    @given(described[path][method].as_strategy(mode), strategies.sampled_from(({}, {"X-API-Key": WRITE_KEY})))
    def check(case: schemathesis.Case[Any], headers: dict[str, str]) -> None:
        # No schema says that a field has a value or bounds, or that the body and the URL share what they ask.
        case.call_and_validate(headers=headers, excluded_checks=excluded)

    check()
