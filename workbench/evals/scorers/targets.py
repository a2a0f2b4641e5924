"""What answers are compared with: the target of a sample, or any of several."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.errors import DataError
from workbench.evals.scorers.scorer import Score, Scorer

if TYPE_CHECKING:
    from workbench.evals.sample import Sample

Targets = Callable[[str], Sequence[str]]


def any_of(target: str) -> tuple[str, ...]:
    """The targets of which any will do: a JSON list of texts has them; any other target is the only one."""
    return _listed(target, json.loads)


def any_number_of(target: str) -> tuple[str, ...]:
    """As `any_of`, and a JSON list of numbers has several too."""
    return _listed(target, lambda text: json.loads(text, parse_int=str, parse_float=str))


def the_one(target: str) -> tuple[str, ...]:
    """The target as it is, for a scorer to which a list is one thing."""
    return (target,)


def _listed(target: str, read: Callable[[str], object]) -> tuple[str, ...]:
    if not target.lstrip().startswith("["):
        return (target,)
    try:
        listed = read(target)
    except (ValueError, RecursionError):
        return (target,)
    if not isinstance(listed, list) or not listed:
        return (target,)
    texts = [each for each in listed if isinstance(each, str)]
    return tuple(texts) if len(texts) == len(listed) else (target,)


def by_target(
    name: str, compare: Callable[[str, str], Score], *, targets: Targets = any_of, **params: Any
) -> Scorer:
    """A scorer that compares a text with the target; where any of several will do, the best counts.

    Args:
        name: The scorer's.
        compare: Of text and target; raises `DataError` for a target that it cannot use, whatever the text.
        targets: What a sample's target comes to.
        params: What was chosen; `None` is left out.
    """

    def check(sample: Sample) -> None:
        for target in targets(target_of(sample, name)):
            compare(target, target)

    return Scorer(
        name=name,
        give=lambda answer: best_of(compare, answer.text, targets(target_of(answer.sample, name))),
        check=check,
        params={what: value for what, value in params.items() if value is not None},
    )


def best_of(compare: Callable[[str, str], Score], text: str, targets: Sequence[str]) -> Score:
    """The best score that a text has beside any of the targets."""
    scores = [compare(text, target) for target in targets]
    best = max(scores, key=lambda score: score.value or 0.0)
    if len(targets) == 1 or best.value == 1:
        return best
    return replace(best, explanation=f"{best.explanation} (the best of {len(targets)} targets)")


def target_of(sample: Sample, scorer: str) -> str:
    """The target of a sample.

    Raises:
        DataError: It has none.
    """
    if sample.target is None:
        raise DataError(f"sample {sample.id!r} has no target for the scorer {scorer!r}: write one")
    return sample.target
