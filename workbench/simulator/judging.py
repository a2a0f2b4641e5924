"""What a simulated judge says of answers: near the truth, and off it by as much as it is set to."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Mapping
from typing import Any

from rapidfuzz import fuzz

from workbench.simulator.luck import seeded
from workbench.simulator.models import Judging
from workbench.simulator.questions import Questions

TIE = 0.15  # two answers that are nearer to each other are equally good
_SHORT = 10  # words
_NEAR = 0.5  # what the best of wrong answers is worth
# As the workbench's judges are asked: the parts of a question between lines that nothing else has.
_PART = re.compile(r"^<(?P<name>\w+) (?P<mark>\w+)>\n(?P<text>.*?)\n</(?P=name) (?P=mark)>$", re.S | re.M)


def judged(
    judging: Judging | None,
    prompt: str,
    schema: Mapping[str, Any] | None,
    questions: Questions,
    rng: random.Random,
) -> str | None:
    """A verdict as JSON: with the reason first, as the schema wants it.

    An answer is as good as it is like the target of a question that is known, or else like the reference;
    where there is neither, chance decides once for all judges.

    Args:
        judging: How the judge errs.
        prompt: What it is asked: blocks named `question`, `reference`, and `answer` or `first` and `second`.
        schema: Of an object with two properties, of which the second is the verdict: whole numbers from
            `minimum` to `maximum`, or words, from the best to the worst; for two answers the words for the
            first, the second, and neither.
        questions: The known ones.
        rng: For the noise.

    Returns:
        `None` where it is no judge, or not asked for a verdict.
    """
    parts = {found["name"]: found["text"] for found in _PART.finditer(prompt)}
    properties = {} if schema is None else schema.get("properties", {})
    if judging is None or len(properties) != 2:
        return None
    reason, verdict = properties
    known = questions.find(parts.get("question", ""))
    target = parts.get("reference") if known is None else known.target
    merits = [
        _merit(parts[name], target, judging, rng) for name in ("answer", "first", "second") if name in parts
    ]
    match merits:
        case [merit]:
            words, said = f"The answer comes to {merit:.2f}.", _mark(merit, properties[verdict])
        case [first, second]:
            words = f"The first answer comes to {first:.2f}, the second to {second:.2f}."
            ahead = first + judging.position_bias - second
            said = properties[verdict]["enum"][2 if abs(ahead) < TIE else 0 if ahead > 0 else 1]
        case _:
            return None
    return json.dumps({reason: words, verdict: said})


def _merit(answer: str, target: str | None, judging: Judging, rng: random.Random) -> float:
    doublings = math.log2(max(len(answer.split()), _SHORT) / _SHORT)
    return _quality(answer, target) + rng.gauss(0, judging.noise) + judging.length_bias * doublings


def _quality(answer: str, target: str | None) -> float:
    if target is None:
        return seeded("quality", answer).random()
    given, wanted = (" ".join(text.casefold().split()) for text in (answer, target))
    return 1.0 if given == wanted else _NEAR * fuzz.ratio(given, wanted) / 100


def _mark(merit: float, kind: Mapping[str, Any]) -> str | int:
    within = min(max(merit, 0.0), 1.0)
    if "enum" in kind:
        words: list[str] = kind["enum"]
        return words[round((1 - within) * (len(words) - 1))]
    low, high = kind["minimum"], kind["maximum"]
    return int(low + round(within * (high - low)))
