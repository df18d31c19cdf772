"""Reads one document of a shop: which product it is, what it looks like now, and when that became true."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from producer_examples.python.importing import facts
from producer_examples.python.importing.field_names import Found, by_names, by_path
from producer_examples.python.importing.mapping_rules import ATTRIBUTE_PREFIX, MappingRules
from producer_examples.python.importing.moments import find_change, moment
from producer_examples.python.importing.numbers_in_text import number
from producer_examples.python.importing.pictures import find_pictures, read_pictures
from producer_examples.python.importing.plain_values import Reference, Unreadable, identifier, is_reference
from producer_examples.python.importing.removal import removed_by, says_removed
from product_events import MAX_ORDER


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that is there and could not be read."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one document says.

    data: the event's, with `id`. removed_by: the field that says that it is gone. changed: None where it has
    no time of its own. version: as it is written, None where it is missing. found: where each field stood.
    """

    product_id: str
    data: Mapping[str, Any]
    removed_by: Found | None
    changed: datetime | None
    version: int | None
    found: Mapping[str, str]
    unread: tuple[Unread, ...]


class NoProduct(ValueError):
    """A document that is no product: nothing can be said of it."""


def read_document(document: Mapping[str, Any], rules: MappingRules) -> Reading:
    """Read a document of plain values. Raises NoProduct where nothing says which product it is."""
    return _Reader(document, rules).read()


class _Reader:
    def __init__(self, document: Mapping[str, Any], rules: MappingRules) -> None:
        self._document = document
        self._rules = rules
        self._data: dict[str, Any] = {}
        self._found: dict[str, str] = {}
        self._unread: list[Unread] = []

    def read(self) -> Reading:
        product_id = self._id()
        self._data["id"] = product_id
        gone = self._removed()
        self._put("name", lambda: self._label("name", facts.NAME))
        self._put("category", lambda: self._label("category", facts.CATEGORY))
        self._put("brand", lambda: self._label("brand", facts.BRAND))
        self._put("price", self._price)
        self._put("currency", self._currency)
        self._put("in_stock", self._stock)
        self._put("url", self._url)
        self._images()
        self._attributes()
        return Reading(
            product_id=product_id,
            data=self._data,
            removed_by=gone,
            changed=self._changed(),
            version=self._version(),
            found=self._found,
            unread=tuple(self._unread),
        )

    def _chosen(self, name: str) -> Found | None:
        return by_path(self._document, self._rules.paths[name])

    def _put(self, name: str, find: Callable[[], Found | None]) -> None:
        if (found := find()) is not None:
            self._data[name] = found.value
            self._found[name] = found.path

    def _read(self, name: str, read: Callable[[Any], Any], find: Callable[[], Found | None]) -> Found | None:
        """What stands at the chosen path, else what is found by itself."""
        if name not in self._rules.paths:
            return find()
        chosen = self._chosen(name)
        if chosen is None:
            return None
        value = read(chosen.value)
        if value is None:
            self._cannot(name, chosen)
            return None
        return Found(chosen.path, value)

    def _cannot(self, name: str, found: Found) -> None:
        if isinstance(found.value, Unreadable):
            reason = f"{found.path}: a value of type {found.value.kind}"
        elif isinstance(found.value, str) and is_reference(found.value):
            reason = f"{found.path}: an id of another document (--join looks it up)"
        else:
            reason = f"{found.path}: cannot be read as {name}"
        self._unread.append(Unread(name, reason))

    def _id(self) -> str:
        if "id" in self._rules.paths:
            chosen = self._chosen("id")
            candidates = [] if chosen is None else [chosen]
        else:
            own = self._document.get("_id")
            candidates = [Found("_id", own)] if own is not None else list(by_names(self._document, facts.ID))
        for found in candidates:
            if (product_id := identifier(found.value)) is not None:
                self._found["id"] = found.path
                return product_id
        wanted = self._rules.paths.get("id", "_id, id, productId, sku or handle")
        raise NoProduct(f"no id: {wanted} is missing, or neither a text nor an integer")

    def _removed(self) -> Found | None:
        if "deleted" not in self._rules.paths:
            return removed_by(self._document)
        chosen = self._chosen("deleted")
        return chosen if chosen is not None and says_removed(chosen.value) else None

    def _label(self, name: str, names: tuple[str, ...]) -> Found | None:
        def find() -> Found | None:
            passed_by = None
            for found in by_names(self._document, names):
                if (text := facts.label(found.value)) is not None:
                    return Found(found.path, text)
                passed_by = passed_by or found
            if passed_by is not None:
                self._cannot(name, passed_by)
            return None

        return self._read(name, facts.label, find)

    def _currency(self) -> Found | None:
        found = self._read("currency", facts.label, lambda: facts.find_currency(self._document))
        if found is None and self._rules.currency is not None and "price" in self._data:
            return Found("--currency", self._rules.currency)
        return found

    def _price(self) -> Found | None:
        def find() -> Found | None:
            found = facts.find_price(self._document)
            if found is None:
                for unread in list(by_names(self._document, facts.PRICE))[:1]:
                    self._cannot("price", unread)
            return found

        return self._read("price", facts.price, find)

    def _stock(self) -> Found | None:
        return self._read("in_stock", facts.stated_stock, lambda: facts.find_stock(self._document))

    def _url(self) -> Found | None:
        template = self._rules.url_template
        if template is not None and "url" not in self._rules.paths:
            texts = {k: v for k, v in self._document.items() if isinstance(v, str | int)}
            try:
                return Found("--url-template", template.format(**{**texts, "id": self._data["id"]}))
            except (KeyError, IndexError, ValueError, AttributeError):
                self._unread.append(
                    Unread("url", f"--url-template {template}: the document lacks a field of it")
                )
                return None

        def read(value: Any) -> str | None:
            text = facts.label(value)
            return text if text is not None and text.startswith(("https://", "http://")) else None

        def find() -> Found | None:
            fields = by_names(self._document, facts.URL)
            return next((Found(f.path, url) for f in fields if (url := read(f.value)) is not None), None)

        return self._read("url", read, find)

    def _images(self) -> None:
        if "images" in self._rules.paths:
            chosen = self._chosen("images")
            if chosen is None:
                return
            pictures = read_pictures(chosen, self._rules.pictures)
        else:
            pictures = find_pictures(self._document, self._rules.pictures)
        self._unread += [Unread("images", reason) for reason in pictures.unread]
        left_out = len(pictures.images) - self._rules.max_images
        if left_out > 0:
            self._unread.append(
                Unread("images", f"more than {self._rules.max_images}: the last are left out")
            )
        if pictures.images:
            self._data["images"] = pictures.images[: self._rules.max_images]
            self._found["images"] = ", ".join(pictures.paths)

    def _attributes(self) -> None:
        attributes: dict[str, Any] = {}
        if "attributes" in self._rules.paths and (whole := self._chosen("attributes")) is not None:
            if isinstance(whole.value, Mapping):
                read = {str(name): _attribute(value) for name, value in whole.value.items()}
                attributes |= {name: value for name, value in read.items() if value not in (None, [])}
                self._found["attributes"] = whole.path
            else:
                self._cannot("attributes", whole)
        for name in self._rules.paths:
            if not name.startswith(ATTRIBUTE_PREFIX) or (chosen := self._chosen(name)) is None:
                continue
            value = _attribute(chosen.value)
            if value is None or value == []:
                self._cannot(name, chosen)
                continue
            attributes[name.removeprefix(ATTRIBUTE_PREFIX)] = value
            self._found[name] = chosen.path
        if attributes:
            self._data["attributes"] = attributes

    def _changed(self) -> datetime | None:
        found = self._read("time", moment, lambda: find_change(self._document))
        if found is None:
            return None
        self._found["time"] = found.path
        return found.value if isinstance(found.value, datetime) else None

    def _version(self) -> int | None:
        def find() -> Found | None:
            return next(by_names(self._document, facts.VERSION), None)

        found = self._read("version", lambda value: value, find)
        if found is None:
            return None
        value = number(found.value)
        if value is None or not value.is_integer() or not 0 <= value <= MAX_ORDER:
            self._cannot("version", found)
            return None
        self._found["version"] = found.path
        return int(value)


def _attribute(value: Any) -> Any:
    """Return a scalar or a list of scalars: of objects their names, of ids nothing."""
    if isinstance(value, list):
        return [item for item in map(_attribute, value) if item is not None and not isinstance(item, list)]
    if isinstance(value, Reference | Unreadable) or value is None:
        return None
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str | Mapping):
        return facts.label(value)
    return number(value)
