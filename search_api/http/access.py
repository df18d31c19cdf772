"""Who may call what."""

from flask import Request, g

from search_api.errors import KeyNeeded, ScopeMissing
from search_api.http.api_keys import ApiKey, KeyRing, Scope

_BEARER = "bearer "


class Access:
    """Decides by the key that comes as `Authorization: Bearer …` or `X-API-Key`."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def require(self, request: Request, scope: Scope) -> None:
        """Let those pass who hold a key with this scope, and everyone where no key has it.

        Raises KeyNeeded, ScopeMissing.
        """
        if not self.needs_key(scope):
            return
        if scope not in self._known(request).scopes:
            raise ScopeMissing(f"this key does not open what needs the scope {scope}")

    def needs_key(self, scope: Scope) -> bool:
        """Whether this scope is open to holders of a key only."""
        return self._keys.guards(scope)

    def require_any(self, request: Request) -> None:
        """Let those pass who hold any of the keys, and nobody where there are none. Raises KeyNeeded."""
        self._known(request)

    def holds_key(self, request: Request) -> bool:
        """Whether the caller holds any of the keys."""
        return self.key_of(request) is not None

    def key_of(self, request: Request) -> ApiKey | None:
        """The caller's key, or None. Looked up once a request."""
        if "api_key" not in g:
            text = _sent_key(request)
            g.api_key = None if text is None else self._keys.find(text)
        key: ApiKey | None = g.api_key
        return key

    def _known(self, request: Request) -> ApiKey:
        key = self.key_of(request)
        if key is None:
            said = "is not known" if _sent_key(request) is not None else "is missing"
            raise KeyNeeded(f"the API key {said}; send it as Authorization: Bearer <key>, or as X-API-Key")
        return key


def _sent_key(request: Request) -> str | None:
    given = request.headers.get("Authorization", "")
    if given[: len(_BEARER)].lower() == _BEARER:
        return given[len(_BEARER) :].strip()
    return request.headers.get("X-API-Key")
