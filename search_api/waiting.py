"""What the API waits for before it can answer photos, in words."""

from search_api.errors import NotReady
from search_api.index.photo_index import index_for_photo
from search_api.parts import Parts
from search_api.problems import problem_type_of
from vector_store import StoreError


def waiting_for(parts: Parts) -> dict[str, str]:
    """Reasons by part; empty: ready. Blocks for as long as the store takes to answer.

    While a promoted generation's model is read and the one before answers, nothing is waited for.
    """
    try:
        current = parts.index.get()
    except NotReady as error:
        return {"index": str(error)}
    except StoreError as error:
        # Its text may tell of the machine, and this is answered to anyone.
        return {"index": problem_type_of(error).detail or "the index cannot be asked now"}
    try:
        index_for_photo(current, parts.index, parts.embedders)
    except NotReady as error:
        return {"model": str(error)}
    return {}
