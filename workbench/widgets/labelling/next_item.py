"""Which item a person is asked next: the one whose judgement tells most."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random

from workbench.log.labelling import Judgement
from workbench.widgets.labelling.items import Item


def next_item(
    items: Sequence[Item], judgements: Iterable[Judgement], labeller: str, *, skipped: Iterable[Item] = ()
) -> Item | None:
    """Choose the next item.

    Every item comes once before any comes twice, whoever judged it: those that fewest people have judged
    come first. Among them come first those on which the models disagree; among these pairs of models between
    which the votes so far decide least, |w - l| / sqrt(w + l + 1) for w votes won and l lost by the one (a
    tie is half of each), and models that were judged least. The rest is chance, always the same for a person.

    Args:
        items: What there is to judge.
        judgements: Those that stand, of all people, on these items.
        labeller: Who is asked; nobody is asked twice.
        skipped: Items that are not wanted now.

    Returns:
        `None` where nothing is left for this person.
    """
    judgements = list(judgements)
    times = Counter(frozenset(judgement.calls) for judgement in judgements)
    done = {frozenset(each.calls) for each in judgements if each.labeller == labeller}
    done |= {item.calls for item in skipped}
    left = [item for item in items if item.calls not in done]
    votes = _Votes(items, judgements)
    return min(
        left,
        key=lambda item: (
            times[item.calls],
            not item.disputed,
            *votes.knowledge(item),
            Random(f"{labeller} {item.key}").random(),  # noqa: S311 - no secret
        ),
        default=None,
    )


class _Votes:
    """Who won how often against whom, and how often each model was judged."""

    def __init__(self, items: Sequence[Item], judgements: Sequence[Judgement]) -> None:
        models = {answer.call: answer.model for item in items for answer in item.answers}
        self._lead: Counter[tuple[str, str]] = Counter()
        self._judged: Counter[tuple[str, ...]] = Counter()
        for each in judgements:
            shown = [models[call] for call in each.calls if call in models]
            self._judged[tuple(sorted(shown))] += 1
            if len(shown) == 2 and len(each.chosen or ()) == 1:
                winner = models[(each.chosen or each.calls)[0]]
                loser = shown[0] if winner == shown[1] else shown[1]
                self._lead[winner, loser] += 1

    def knowledge(self, item: Item) -> tuple[float, int]:
        """How sure it is which of a pair is better, and how often these models were judged."""
        names = sorted(answer.model for answer in item.answers)
        judged = self._judged[tuple(names)]
        if len(names) < 2:
            return 0.0, judged
        lead = abs(self._lead[names[0], names[1]] - self._lead[names[1], names[0]])
        return lead / math.sqrt(judged + 1), judged
