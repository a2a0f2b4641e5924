"""JSON schemas by the rules of providers that force an answer into them.

Sources: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas,
https://platform.claude.com/docs/en/build-with-claude/structured-outputs,
https://docs.cohere.com/docs/structured-outputs
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_MAPS = frozenset({"properties", "$defs", "definitions"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_SINGLE = frozenset({"items", "additionalProperties"})
# What Anthropic, Bedrock and Cohere refuse to force, and so are told in words.
_BOUNDS = frozenset(
    {
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength"),
        *("maxLength", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
    }
)
_FORMATS = frozenset(
    {
        *("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"),
    }
)
_NOT_IN_STRICT = frozenset({"oneOf", "allOf", "not"})


def closed(schema: Any) -> Any:
    """The schema, in which objects have no other properties than it names, unless it says otherwise."""
    if not isinstance(schema, Mapping):
        return schema
    whole = {name: _inside(name, part, closed) for name, part in schema.items()}
    if "properties" in whole:
        whole.setdefault("additionalProperties", False)
    return whole


def worded(schema: Any) -> Any:
    """The schema, in which bounds of numbers and lengths are words of the description and no keywords."""
    if not isinstance(schema, Mapping):
        return schema
    bounds = {name: value for name, value in schema.items() if _is_bound(name, value)}
    rest = {name: _inside(name, part, worded) for name, part in schema.items() if name not in bounds}
    if not bounds:
        return rest
    words = ", ".join(f"{name}: {json.dumps(value)}" for name, value in bounds.items())
    said = rest.get("description")
    return rest | {"description": f"{said} ({words})" if said else words}


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


def _is_bound(name: str, value: Any) -> bool:
    match name:
        case "minItems":
            return value not in (0, 1)
        case "format":
            return value not in _FORMATS
    return name in _BOUNDS


def _inside(name: str, part: Any, change: Callable[[Any], Any]) -> Any:
    if name in _MAPS and isinstance(part, Mapping):
        return {key: change(one) for key, one in part.items()}
    if name in _LISTS and isinstance(part, list):
        return [change(one) for one in part]
    return change(part) if name in _SINGLE else part


def _parts(schema: Mapping[str, Any]) -> Iterator[Any]:
    for name, part in schema.items():
        if name in _MAPS and isinstance(part, Mapping):
            yield from part.values()
        elif name in _LISTS and isinstance(part, list):
            yield from part
        elif name in _SINGLE:
            yield part
