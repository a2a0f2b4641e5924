"""What an answer has to be like: a class or a JSON schema, and how an answer is checked against it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workbench.client.json_in_text import Piece, json_in
from workbench.client.mending import ANSWER, in_object
from workbench.errors import ConfigError


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A schema that an answer has to fit.

    Attributes:
        name: What the provider is told that it is called.
        schema: The JSON schema.
        check: From JSON text to the object; raises `ValueError` with the reason where it does not fit.
    """

    name: str
    schema: Mapping[str, Any]
    check: Callable[[str], Any]

    @property
    def in_object(self) -> Mapping[str, Any]:
        """The schema of an object: this one, or one that has the answer in it."""
        return in_object(self.schema)

    def read(self, text: str) -> Any:
        """The object that a text is, or has in it: in a fence, between other words, in a field of its own.

        Raises:
            ValueError: None of it fits; the reason is that of the first piece of JSON in it.
        """
        problem: ValueError | None = None
        for piece in json_in(text):
            try:
                return self.check(self._inside(piece))
            except ValueError as exc:
                problem = problem or exc
        raise problem or ValueError("there is no JSON in it")

    def _inside(self, piece: Piece) -> str:
        """The answer that stands in an object, where it may do so."""
        value = piece.value if self.in_object is not self.schema else None
        return (
            json.dumps(value[ANSWER]) if isinstance(value, dict) and value.keys() == {ANSWER} else piece.text
        )


def wanted(schema: Any) -> Wanted:
    """What a user wants an answer to be like.

    Args:
        schema: A pydantic model, a dataclass, a `TypedDict` or another type; or a JSON schema.

    Raises:
        ConfigError: It is neither.
    """
    if isinstance(schema, Mapping):
        try:
            return _by_schema(json.dumps(schema, default=dict))
        except (TypeError, ValueError) as exc:
            raise ConfigError(f"no JSON schema: {exc}, in {schema!r:.200}: mend it") from exc
    if isinstance(schema, str | bytes | int | float):
        raise ConfigError(f"no schema: {schema!r:.200}: give a pydantic model or a JSON schema")
    try:
        return _by_type(schema)
    except TypeError as exc:  # what cannot be hashed is no type
        raise ConfigError(f"no schema: {schema!r:.200}: give a pydantic model or a JSON schema") from exc


# To check a schema takes longer than all else about a call, and a judge asks thousands by the same one.
@lru_cache(maxsize=64)
def _by_schema(written: str) -> Wanted:
    from jsonschema import SchemaError
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    schema = json.loads(written)
    kind = validator_for(schema)
    try:
        kind.check_schema(schema)
    except SchemaError as exc:
        raise ConfigError(f"no JSON schema: {exc.message}, in {schema!r:.200}: mend it") from exc
    validator = kind(schema, registry=Registry())  # without one it would fetch what a `$ref` names

    def check(text: str) -> Any:
        value = json.loads(text)
        try:
            problem = best_match(validator.iter_errors(value))
        except Unresolvable as exc:
            raise ConfigError(f"no JSON schema: its $ref {exc.ref!r} leads nowhere: mend it") from exc
        if problem is not None:
            raise ValueError(f"{problem.json_path}: {problem.message}")
        return value

    return Wanted(name=_name(str(schema.get("title") or "answer")), schema=schema, check=check)


@lru_cache(maxsize=64)
def _by_type(kind: Any) -> Wanted:
    from pydantic import PydanticUserError, TypeAdapter, ValidationError

    try:
        adapter: TypeAdapter[Any] = TypeAdapter(kind)
        schema = adapter.json_schema()
    except PydanticUserError as exc:
        raise ConfigError(
            f"no schema: {kind!r:.200}: {str(exc).splitlines()[0]}: give a pydantic model or a JSON schema"
        ) from exc

    def check(text: str) -> Any:
        try:
            return adapter.validate_json(text)
        except ValidationError as exc:
            found = exc.errors(include_url=False, include_context=False, include_input=False)
            words = (f"{'.'.join(map(str, each['loc'])) or 'answer'}: {each['msg']}" for each in found[:5])
            raise ValueError("; ".join(words)) from exc

    return Wanted(name=_name(getattr(kind, "__name__", "answer")), schema=schema, check=check)


def _name(title: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]+", "_", title)[:64] or "answer"
