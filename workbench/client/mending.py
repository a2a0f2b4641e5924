"""A JSON schema mended to what providers can force an answer into.

OpenAI's strict mode is the narrowest: objects are closed, all their properties are required, and only some
keywords are known. An answer that fits the mended schema is checked against the original one all the same.

Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What only describes, and what no provider's grammar knows: it is checked afterwards.
_LEFT_OUT = frozenset(
    {
        *("$schema", "$id", "$comment", "default", "examples", "title", "discriminator", "readOnly"),
        *("minLength", "maxLength", "uniqueItems", "minProperties", "maxProperties", "writeOnly"),
    }
)
# What has no meaning there that could be left to the check: without it another thing would be asked for.
_NOT_STRICT = frozenset(
    {
        *("not", "if", "then", "else", "prefixItems", "patternProperties", "propertyNames", "contains"),
        *("dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems"),
    }
)

ANSWER = "answer"
"""The field that an answer stands in which is no object itself."""


class _NotStrictError(Exception):
    """The schema asks for something that strict mode cannot say."""


def mended(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema as strict mode takes it; the schema itself where it cannot be said there."""
    try:
        strict = _mended(schema, schema)
    except (_NotStrictError, RecursionError):
        return schema
    # Its root has to be an object, which is no choice between several.
    return strict if strict.get("type") == "object" else schema


def in_object(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema where it is an object's, else that of an object with the answer in it.

    OpenAI's strict mode, and the arguments of a tool, are objects: a list or a choice is none.
    """
    try:
        root = _target(schema["$ref"], schema) if "$ref" in schema else schema
    except _NotStrictError:
        return schema
    if root.get("type") == "object" or "properties" in root:
        return schema
    shared = {name: schema[name] for name in ("$defs", "definitions") if name in schema}
    inner = {name: value for name, value in schema.items() if name not in {"$schema", *shared}}
    closed = {"type": "object", "required": [ANSWER], "additionalProperties": False}
    return {**closed, "properties": {ANSWER: inner}, **shared}


def _mended(part: Any, root: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(part, Mapping) or _NOT_STRICT & part.keys():
        raise _NotStrictError
    if "allOf" in part:
        part = _merged(part)
    if "$ref" in part and set(part) - {"$ref"}:
        # A reference stands alone there, so that one with a description is written out.
        return _mended({**_target(part["$ref"], root), **_without(part, "$ref")}, root)
    found = {name: value for name, value in part.items() if name not in _LEFT_OUT}
    if "oneOf" in found:
        found["anyOf"] = found.pop("oneOf")
    for name in ("$defs", "definitions"):
        if name in found:
            found[name] = {key: _mended(each, root) for key, each in found[name].items()}
    if "anyOf" in found:
        found["anyOf"] = [_mended(each, root) for each in found["anyOf"]]
    if isinstance(found.get("items"), Mapping):
        found["items"] = _mended(found["items"], root)
    if "object" in _types(found) or "properties" in found:
        # An object of any keys has no closed form.
        if found.get("additionalProperties") not in (None, False) or not found.get("properties"):
            raise _NotStrictError
        found["properties"] = {name: _mended(each, root) for name, each in found["properties"].items()}
        found |= {"additionalProperties": False, "required": list(found["properties"])}
        found.setdefault("type", "object")
    return found


def _types(part: Mapping[str, Any]) -> list[Any]:
    types = part.get("type")
    return types if isinstance(types, list) else [types]


def _merged(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part without `allOf`, where that has a single member."""
    if len(part["allOf"]) != 1 or not isinstance(part["allOf"][0], Mapping):
        raise _NotStrictError
    return {**part["allOf"][0], **_without(part, "allOf")}


def _target(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = root
    for name in reference.removeprefix("#/").split("/"):
        found = found.get(name) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping):
        raise _NotStrictError
    return found


def _without(part: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != name}
