"""JSON schemas by the rules of OpenAI's strict mode.

Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_MAPS = frozenset({"properties", "$defs", "definitions"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_SINGLE = frozenset({"items", "additionalProperties"})
_NOT_IN_STRICT = frozenset({"oneOf", "allOf", "not"})


def closed(schema: Any) -> Any:
    """The schema, in which objects have no other properties than it names, unless it says otherwise."""
    if not isinstance(schema, Mapping):
        return schema
    whole = {name: _closed_part(name, part) for name, part in schema.items()}
    if "properties" in whole:
        whole.setdefault("additionalProperties", False)
    return whole


def is_strict(schema: Any) -> bool:
    """Whether strict mode takes the schema: all its objects are closed, and all their properties required."""
    if not isinstance(schema, Mapping):
        return True
    if _NOT_IN_STRICT & schema.keys():
        return False
    if schema.get("type") == "object" or "properties" in schema:
        properties = schema.get("properties") or {}
        if schema.get("additionalProperties") is not False:
            return False
        if set(schema.get("required") or ()) != set(properties):
            return False
    return all(is_strict(part) for part in _parts(schema))


def _closed_part(name: str, part: Any) -> Any:
    if name in _MAPS and isinstance(part, Mapping):
        return {key: closed(one) for key, one in part.items()}
    if name in _LISTS and isinstance(part, list):
        return [closed(one) for one in part]
    return closed(part) if name in _SINGLE else part


def _parts(schema: Mapping[str, Any]) -> Iterator[Any]:
    for name, part in schema.items():
        if name in _MAPS and isinstance(part, Mapping):
            yield from part.values()
        elif name in _LISTS and isinstance(part, list):
            yield from part
        elif name in _SINGLE:
            yield part
