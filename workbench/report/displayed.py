"""What a notebook displayed for its report, sorted by kind."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent / "report.schema.json").read_text("utf-8"))
KINDS = ("measured", "regression", "verdict", "gate", "figure")
Payload = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Displayed:
    """The payloads of a notebook's outputs, each kind in the order of the notebook.

    Attributes:
        measured: What was asked without a baseline.
        regressions: Comparisons with a baseline.
        verdicts: On scores of the notebook's own.
        gates: Conditions that had to hold.
        figures: Numbers worth keeping.
        other: Of kinds that are not known here, as they are.
        unreadable: Of a known kind, but not in its form: what is wrong with each, in words.
    """

    measured: tuple[Payload, ...] = ()
    regressions: tuple[Payload, ...] = ()
    verdicts: tuple[Payload, ...] = ()
    gates: tuple[Payload, ...] = ()
    figures: tuple[Payload, ...] = ()
    other: tuple[Any, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def judged(self) -> bool:
        """Whether anything was compared with a baseline."""
        return bool(self.verdicts) or any(regression["changes"] for regression in self.regressions)


def displayed(payloads: Iterable[Any]) -> Displayed:
    """Sort payloads by kind; numbers that JSON does not have become `None`.

    A notebook may display anything, so each is checked by the schema before it is taken for what it says.
    """
    sorted_: dict[str, list[Any]] = {kind: [] for kind in (*KINDS, "other", "unreadable")}
    for payload in map(_plain, payloads):
        kind = payload.get("kind") if isinstance(payload, dict) else None
        if kind not in KINDS:
            sorted_["other"].append(payload)
        elif error := best_match(_form_of(kind).iter_errors(payload)):
            place = "".join(f"[{part!r}]" for part in error.absolute_path)
            sorted_["unreadable"].append(f"{kind}{place}: {error.message:.200}")
        else:
            sorted_[kind].append({name: value for name, value in payload.items() if name != "kind"})
    return Displayed(
        measured=tuple(sorted_["measured"]),
        regressions=tuple(sorted_["regression"]),
        verdicts=tuple(sorted_["verdict"]),
        gates=tuple(sorted_["gate"]),
        figures=tuple(sorted_["figure"]),
        other=tuple(sorted_["other"]),
        unreadable=tuple(sorted_["unreadable"]),
    )


@cache
def _form_of(kind: str) -> Any:
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]})


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
