"""Where the index is, as a person writes it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from vector_store import VectorStoreSettings


def settings(**given: object) -> VectorStoreSettings:
    return VectorStoreSettings.model_validate(given)


def test_without_settings_it_is_a_server_on_this_machine() -> None:
    """No folder and no host: localhost, on Qdrant's ports."""
    default = settings()
    assert (default.qdrant_path, default.server_host) == (None, "localhost")
    assert (default.qdrant_port, default.qdrant_grpc_port, default.collection) == (6333, 6334, "products")


def test_a_folder_and_a_server_exclude_each_other() -> None:
    """Both set is an error that names both; a blank host, as compose files write it, is none."""
    with pytest.raises(ValidationError, match=r"QDRANT_PATH and QDRANT_HOST"):
        settings(qdrant_path="/data/index", qdrant_host="qdrant")
    assert settings(qdrant_path="/data/index", qdrant_host="").qdrant_path == Path("/data/index")
    assert settings(qdrant_path="", qdrant_host="qdrant").server_host == "qdrant"


@pytest.mark.parametrize("host", ["http://qdrant", "qdrant:6333", "qdrant/path"])
def test_a_url_is_no_host(host: str) -> None:
    """The error says where ports go."""
    with pytest.raises(ValidationError, match="QDRANT_PORT"):
        settings(qdrant_host=host)


def test_an_address_of_version_six_is_a_host() -> None:
    """Its colons are no port."""
    assert settings(qdrant_host="::1").server_host == "::1"


def test_the_key_is_kept_out_of_sight() -> None:
    """Printing settings does not print the key."""
    given = settings(qdrant_host="qdrant", qdrant_api_key="s3cret")
    assert "s3cret" not in repr(given)
    assert given.qdrant_api_key is not None
    assert given.qdrant_api_key.get_secret_value() == "s3cret"


def test_filterable_attributes_are_pairs() -> None:
    """Names and types, separated by commas; a name may hold spaces."""
    assert settings(
        filterable_attributes=" colour:keyword, weight:float,,fit (EU):keyword"
    ).filterable_attributes == {
        "colour": "keyword",
        "weight": "float",
        "fit (EU)": "keyword",
    }
    assert settings(filterable_attributes="").filterable_attributes == {}


@pytest.mark.parametrize(
    "attributes",
    ["colour", "colour:text", ":keyword", "a.b:keyword", 'a"b:keyword', "a\\b:keyword", "price:float"],
)
def test_attributes_that_cannot_be_filtered_by_are_refused(attributes: str) -> None:
    """An unknown type, no name, a name that no engine can look for, or one that is taken."""
    with pytest.raises(ValidationError):
        settings(filterable_attributes=attributes)


@pytest.mark.parametrize("collection", ["", "../x", "a/b", "-a", "a b", "a" * 82, "shop.previous"])
def test_a_collection_is_a_plain_name(collection: str) -> None:
    """It becomes part of names and paths."""
    with pytest.raises(ValidationError):
        settings(collection=collection)
