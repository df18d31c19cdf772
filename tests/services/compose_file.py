"""docker-compose.yml as an engine reads it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
_VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::-([^}]*))?\}")


def compose_file(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file with its variables replaced: by these, else by their defaults."""

    def value(match: re.Match[str]) -> str:
        return (variables or {}).get(match[1]) or match[2] or ""

    def replaced(node: Any) -> Any:
        match node:
            case str():
                return _VARIABLE.sub(value, node)
            case list():
                return [replaced(each) for each in node]
            case dict():
                return {key: replaced(each) for key, each in node.items()}
        return node

    loaded: dict[str, Any] = replaced(yaml.safe_load(_text()))
    return loaded


def compose_variables() -> dict[str, str]:
    """Every variable that the file asks for, with its default."""
    return dict(_VARIABLE.findall(_text()))


def example_variables() -> dict[str, str]:
    """What .env.example sets."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def _text() -> str:
    return (ROOT / "docker-compose.yml").read_text("utf-8")
