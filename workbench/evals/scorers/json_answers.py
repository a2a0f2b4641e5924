"""Answers in JSON: the same as the target, or such as a schema asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from workbench.client.json_in_text import json_in
from workbench.client.wanted import wanted
from workbench.errors import DataError
from workbench.evals.scorers.scorer import Answer, Score, Scorer
from workbench.evals.scorers.targets import by_target, the_one
from workbench.evals.scorers.wording import clean, label_of, shown, unreadable

MOST_DIFFERENCES = 5
LONGEST_REASON = 400
NO_JSON = "there is no JSON in it"


def json_equal(*, name: str = "json_equal") -> Scorer:
    """1 where the JSON of the answer is the target's; else 0, and the explanation says where they differ.

    The order of fields and the form of numbers (3 and 3.0) do not count; the order of lists and letter case
    do. The answer's JSON is the whole of it; else the last in a fence, or else between other words, that is
    an object or a list as the target is. An answer without any scores 0 with label `None`. The label is the
    JSON with its fields in order.

    Args:
        name: The scorer's.
    """
    return by_target(name, _compare, targets=the_one, kind="json_equal")


def _compare(text: str, target: str) -> Score:
    try:
        right = json.loads(target)
    except (ValueError, RecursionError) as exc:
        raise DataError(
            f"the target {target!r:.80} is no JSON for the scorer 'json_equal' ({exc}): write it as JSON"
        ) from exc
    found = list(json_in(text))
    alike = [piece for piece in found if type(piece.value) is type(right)] or found
    if not alike:
        return unreadable(NO_JSON)
    read = ([piece for piece in alike if piece.set_off] or alike)[-1].value
    differences = list(islice(_differences(read, right), MOST_DIFFERENCES + 1))
    said = "; ".join(differences[:MOST_DIFFERENCES])
    if len(differences) > MOST_DIFFERENCES:
        said += "; …"
    return Score(
        value=float(not differences), label=label_of(_written(read)), explanation=said or "as wanted"
    )


def _differences(read: Any, right: Any) -> Iterator[str]:
    """Where two values differ, as JSON paths; without recursion, for a model may nest them deeply."""
    pairs = [("$", read, right)]
    while pairs:
        path, a, b = pairs.pop()
        if isinstance(a, dict) and isinstance(b, dict):
            yield from (f"{_field(path, key)} is not wanted" for key in a if key not in b)
            yield from (f"{_field(path, key)} is missing" for key in b if key not in a)
            pairs += reversed([(_field(path, key), a[key], b[key]) for key in b if key in a])
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                yield f"{path} has {len(a)} items, wanted {len(b)}"
            pairs += reversed([(f"{path}[{n}]", x, y) for n, (x, y) in enumerate(zip(a, b, strict=False))])
        # True is 1 in Python, and not in JSON.
        elif isinstance(a, bool) != isinstance(b, bool) or a != b:
            yield f"{path} is {shown(_written(a))}, wanted {shown(_written(b))}"


def _field(path: str, key: str) -> str:
    return f"{path}.{key}" if key.isidentifier() else f"{path}[{shown(key)}]"


def _written(value: Any) -> str:
    """JSON in one form: fields in order, and 3.0 as 3."""
    value = json.loads(json.dumps(value), parse_float=_number)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _number(digits: str) -> float:
    value = float(digits)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def json_schema(schema: Any, *, name: str = "json_schema") -> Scorer:
    """1 where the answer is, or has in it, JSON that fits the schema; else 0, and the explanation says why.

    The label is `fits` or `does not fit`, `None` where there is no JSON. No target is needed.

    Args:
        schema: A JSON schema, or a pydantic model or another type, as for `Client.chat(schema=)`.
        name: The scorer's.

    Raises:
        ConfigError: It is no schema.
    """
    form = wanted(schema)

    def give(answer: Answer) -> Score:
        try:
            form.read(answer.text)
        except ValueError as exc:
            if next(json_in(answer.text), None) is None:
                return unreadable(NO_JSON)
            said = clean(f"{exc}"[:LONGEST_REASON])
            return Score(value=0.0, label="does not fit", explanation=said)
        return Score(value=1.0, label="fits", explanation="fits the schema")

    return Scorer(name=name, give=give, params={"kind": "json_schema", "schema": form.schema})
