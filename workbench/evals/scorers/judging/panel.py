"""Several judges as one: their mean, or what most of them say."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING

from workbench.errors import ConfigError
from workbench.evals.scorers.scorer import Answer, Score, Scorer

if TYPE_CHECKING:
    from workbench.evals.sample import Sample


def panel(judges: Sequence[Scorer], *, name: str = "panel") -> Scorer:
    """Several scorers as one.

    Its value is the mean of those that gave one; its label the one that more of them gave than any other,
    `None` where several are first. The explanation has what each said, and says who gave nothing and whether
    there was a tie; where nobody gave anything, there is no score. The calls of each bear its own name as the
    tag `judge`, and the panel's as `panel`.

    Args:
        judges: Two or more, of different names.
        name: Under which the log has its scores.

    Raises:
        ConfigError: There are fewer, or two have the same name.
    """
    members = tuple(judges)
    if len({each.name for each in members}) < max(len(members), 2):
        names = ", ".join(repr(each.name) for each in members) or "none"
        raise ConfigError(f"a panel of {names}: give at least two judges, each with a name of its own")

    def check(sample: Sample) -> None:
        for each in members:
            each.check(sample)

    async def ask(member: Scorer, answer: Answer) -> Score:
        client = answer.client.bind(judge=member.name, panel=name)
        return await member.score(replace(answer, client=client))

    async def give(answer: Answer) -> Score:
        scores = await asyncio.gather(*(ask(each, answer) for each in members))
        return together(dict(zip((each.name for each in members), scores, strict=True)))

    return Scorer(
        name=name,
        give=give,
        check=check,
        params={"members": [{"name": each.name, **each.params} for each in members]},
        asks=tuple(dict.fromkeys(model for each in members for model in each.asks)),
    )


def together(scores: dict[str, Score]) -> Score:
    """The scores of several, by name, as one: see `panel`."""
    values = [each.value for each in scores.values() if each.value is not None]
    labels = Counter(each.label for each in scores.values() if each.label is not None).most_common()
    first = [label for label, times in labels if times == labels[0][1]]
    words = [_said(name, score) for name, score in scores.items()]
    if len(first) > 1:
        words.insert(0, f"no label is first: {', '.join(first)}")
    return Score(
        value=fmean(values) if values else None,
        label=first[0] if len(first) == 1 else None,
        explanation="\n".join(words),
    )


def _said(name: str, score: Score) -> str:
    if score.value is None and score.label is None:
        return f"{name} gave no score: {score.explanation}"
    said = score.label if score.label is not None else f"{score.value:g}"
    return f"{name} said {said}: {score.explanation}"
