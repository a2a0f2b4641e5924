"""What is tried with the code of an answer: tests of a sample, and whether each went well."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import DataError
from workbench.evals.scorers.targets import target_of
from workbench.evals.scorers.wording import shown

if TYPE_CHECKING:
    from workbench.evals.sample import Sample

_CHECK = re.compile(r"^def check\(", re.MULTILINE)
_REL_TOL = 1e-9
_HOW = (
    "write Python with asserts, a list of such texts, or a list of cases, "
    '[{"call": "f(1)", "expected": 2}] or [{"stdin": "1", "expected": "2"}]'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """One thing to try: tests, a call, or a run of the whole with an input.

    Attributes:
        play: What the sandbox is told; what is expected is not in it.
        expected: The value of the call, or what is printed.
    """

    play: Mapping[str, Any]
    expected: Any = None

    def failure(self, end: Mapping[str, Any]) -> tuple[str, str] | None:
        """The label and the reason, where it did not go well."""
        match end["end"]:
            case "done":
                return self._wrong(end)
            case "timeout":
                return "timeout", "it took too long"
            case "memory":
                return "memory", "MemoryError"
            case "crashed":
                return "crashed", end["said"]
            case "output":
                return "failed", "it printed or gave too much"
        line = end.get("line")
        lines = self.play.get("try", "").splitlines()
        where = f", in {shown(lines[line - 1].strip())}" if line and line <= len(lines) else ""
        return "failed", f"{end['said']}{where}"

    def _wrong(self, end: Mapping[str, Any]) -> tuple[str, str] | None:
        kind = self.play["kind"]
        if kind == "tests":
            return None
        if kind == "stdin":
            read, wanted = _lines(end["out"]), _lines(self.expected)
            right = read == wanted
            said = f"it printed {shown(read)}, wanted {shown(wanted)}"
        else:
            value = end["json"] if "json" in end else end["repr"]
            right = same(value, self.expected)
            gives = f"{shown(self.play['try'])} is {shown(_written(value))}"
            said = f"{gives}, wanted {shown(_written(self.expected))}"
        return None if right else ("failed", said)


def _lines(text: str) -> str:
    """What is printed, without space at the ends of lines and of the whole."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def same(a: Any, b: Any) -> bool:
    """Whether two JSON values are the same: numbers to nine digits, and truth values are no numbers."""
    pairs = [(a, b)]
    while pairs:
        a, b = pairs.pop()
        if isinstance(a, bool) or isinstance(b, bool):
            if a is not b:
                return False
        elif isinstance(a, int | float) and isinstance(b, int | float):
            if a != b and not (isinstance(a, float) or isinstance(b, float)):
                return False
            if a != b and not _close(a, b):
                return False
        elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            pairs += zip(a, b, strict=True)
        elif isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
            pairs += ((a[key], b[key]) for key in a)
        elif type(a) is not type(b) or a != b:
            return False
    return True


def _close(a: float, b: float) -> bool:
    try:
        return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=_REL_TOL)
    except OverflowError:
        return False


def tries_of(sample: Sample, column: str | None, scorer: str) -> list[Try]:
    """What a sample has to be tried.

    Raises:
        DataError: It has nothing, or something that cannot be tried.
    """
    if column is None:
        given: Any = target_of(sample, scorer)
    elif column in sample.meta:
        given = sample.meta[column]
    else:
        raise DataError(f"sample {sample.id!r} has no column {column!r} for the scorer {scorer!r}: {_HOW}")
    where = f"the tests of sample {sample.id!r} for the scorer {scorer!r}"
    if isinstance(given, str) and given.lstrip().startswith("["):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError) as exc:
            raise DataError(f"{where} are {given!r:.80}, which is no JSON ({exc}): {_HOW}") from exc
    each = [given] if isinstance(given, str) else given
    if not isinstance(each, Sequence) or not each:
        raise DataError(f"{where} are {given!r:.80}: {_HOW}")
    return [_try(one, sample, where) for one in each]


def _try(given: Any, sample: Sample, where: str) -> Try:
    if isinstance(given, str) and given.strip():
        return Try(play={"kind": "tests", "try": _parsed(_called(given, sample, where), "exec", where)})
    if isinstance(given, Mapping) and set(given) == {"call", "expected"} and isinstance(given["call"], str):
        try:
            expected = json.loads(json.dumps(given["expected"]))
        except (TypeError, ValueError) as exc:
            raise DataError(f"{where} expect {given['expected']!r:.80}, which is no JSON: {_HOW}") from exc
        play = {"kind": "call", "try": _parsed(given["call"].strip(), "eval", where)}
        return Try(play=play, expected=expected)
    if (
        isinstance(given, Mapping)
        and set(given) == {"stdin", "expected"}
        and isinstance(given["stdin"], str)
        and isinstance(given["expected"], str)
    ):
        return Try(play={"kind": "stdin", "stdin": given["stdin"]}, expected=given["expected"])
    raise DataError(f"{where} have {given!r:.80}: {_HOW}")


def _called(tests: str, sample: Sample, where: str) -> str:
    """As HumanEval has it: what is tested is an argument of `check`."""
    name = sample.meta.get("entry_point")
    if name is None or not _CHECK.search(tests):
        return tests
    if not isinstance(name, str) or not name.isidentifier():
        raise DataError(f"{where} are of {name!r:.80}, the 'entry_point': write the name of a function")
    return f"{tests}\n\ncheck({name})"


def _parsed(source: str, mode: str, where: str) -> str:
    try:
        ast.parse(source, mode=mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
        raise DataError(f"{where} have {source!r:.80}, which is no Python ({exc}): {_HOW}") from exc
    return source
