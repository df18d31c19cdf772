"""What the API waits for before it can answer photos, in words."""

from search_api.errors import NotReady
from search_api.parts import Parts
from search_api.problems import problem_type_of
from vector_store import StoreError


def waiting_for(parts: Parts) -> dict[str, str]:
    """Reasons by part; empty: ready. Blocks for as long as the store takes to answer.

    Also begins to load the models of generations that are still being built, so that promoting one of them
    does not make the first photo wait.
    """
    try:
        generation = parts.index.get().generation
        parts.embedders.prepare(parts.index.model_versions())
    except NotReady as error:
        return {"index": str(error)}
    except StoreError as error:
        # Its text may tell of the machine, and this is answered to anyone.
        return {"index": problem_type_of(error).detail or "the index cannot be asked now"}
    try:
        parts.embedders.get(generation.model_version)
    except NotReady as error:
        return {"model": str(error)}
    return {}
