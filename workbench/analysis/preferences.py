"""What people prefer, and whether scores agree with them.

Judgements on the same sample are averaged first, since they are not independent: every interval rests on
samples. Judgements of answers without a sample count by themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from math import fsum
from statistics import fmean
from uuid import UUID

import pandas as pd

from workbench.analysis.estimates import Estimate, proportion
from workbench.log import Log
from workbench.log.labelling import Judgement, judgements_in
from workbench.log.reference import AMONG, among

PREFERENCES = ["model", "preferred", "low", "high", "n", "comparisons", "won", "equal", "lost"]
LABELS = ["model", "label", "share", "low", "high", "n", "count"]
Models = Mapping[UUID, str]
_MODELS = f"""
SELECT c.id, c.provider || '/' || c.model || coalesce(' [' || r.prompt || ']', '') AS model
FROM (SELECT id, provider, model, run FROM calls WHERE {AMONG}) c LEFT JOIN runs r ON r.id = c.run
"""  # noqa: S608 - our words


def judgements(
    log: Log,
    *,
    experiment: str | None = None,
    question: str | None = None,
    labeller: str | None = None,
    judges: bool | None = False,
) -> list[Judgement]:
    """The judgements in the log that stand, oldest first.

    Args:
        log: Where to look.
        experiment: Of which experiment the answers are; `None` is any.
        question: What people were asked; `None` is anything.
        labeller: Who judged; `None` is anybody.
        judges: Those of models (`True`), of people (`False`), or of both (`None`).
    """
    rows = log.labels(experiment=experiment, labeller=labeller, judges=judges)
    found = rows if question is None else rows[rows["question"] == question]
    return judgements_in(found)[::-1]


def models_of(log: Log, given: Iterable[Judgement]) -> dict[UUID, str]:
    """Whose answers were judged, by call: `provider/model`, and the prompt's name where there are several."""
    calls = {call for each in given for call in each.calls}
    found = log.sql(_MODELS, among(calls))
    return dict(zip(found["id"], found["model"], strict=True))


def preferences(votes: Iterable[Judgement], models: Models) -> pd.DataFrame:
    """How often people preferred each model's answer to another model's.

    A vote on several answers compares each with each: the one that was chosen with the one that was not.
    Answers that were both chosen, or both not, are equal, and count as half.

    Args:
        votes: Votes; labels are passed over.
        models: The model of each call; what is not in it is passed over.

    Returns:
        One row a model, the most preferred first: `model`, `preferred` (share of comparisons, in [0, 1]) with
        its 95 % interval `low`, `high` (Wilson's) over `n` samples, then `comparisons`, and how many of them
        were `won`, `equal` and `lost`.
    """
    scores: dict[str, dict[Hashable, list[float]]] = defaultdict(lambda: defaultdict(list))
    for vote, one, other, score in comparisons_of(votes, models):
        scores[models[one]][unit_of(vote)].append(score)
        scores[models[other]][unit_of(vote)].append(1 - score)
    rows = []
    for model, by_unit in scores.items():
        share = _estimate(by_unit)
        all_of = [score for found in by_unit.values() for score in found]
        bounds = (share.value, share.low, share.high, share.n)
        rows.append((model, *bounds, len(all_of), *(all_of.count(score) for score in (1.0, 0.5, 0.0))))
    frame = pd.DataFrame(rows, columns=PREFERENCES)
    return frame.sort_values(["preferred", "model"], ascending=[False, True], ignore_index=True)


def comparisons_of(
    votes: Iterable[Judgement], models: Models
) -> Iterator[tuple[Judgement, UUID, UUID, float]]:
    """Each two answers of different models in a vote, as shown, and whether the first won: 1, 0.5, 0."""
    for vote in votes:
        if vote.chosen is not None:
            for one, other in combinations(_known(vote.calls, models), 2):
                if models[one] != models[other]:
                    yield vote, one, other, (1 + (one in vote.chosen) - (other in vote.chosen)) / 2


def unit_of(judgement: Judgement) -> Hashable:
    """What judgements have in common that are not independent: the sample, or else the answers."""
    if judgement.sample is None:
        return frozenset(judgement.calls)
    return judgement.experiment, judgement.sample


def label_shares(given: Iterable[Judgement], models: Models) -> pd.DataFrame:
    """How often people gave each label to each model's answers.

    Returns:
        One row a model and label: `model`, `label`, `share` (of the model's labels, in [0, 1]) with its 95 %
        interval `low`, `high` (as in `preferences`) over `n` samples, and `count`.
    """
    found = [each for each in given if each.label is not None and each.calls[0] in models]
    labels = sorted({str(each.label) for each in found})
    rows = []
    for model in sorted({models[each.calls[0]] for each in found}):
        own = [each for each in found if models[each.calls[0]] == model]
        for label in labels:
            by_unit: dict[Hashable, list[float]] = defaultdict(list)
            for each in own:
                by_unit[unit_of(each)].append(float(each.label == label))
            share = _estimate(by_unit)
            count = sum(each.label == label for each in own)
            bounds = {"share": share.value, "low": share.low, "high": share.high, "n": share.n}
            rows.append({"model": model, "label": label, **bounds, "count": count})
    return pd.DataFrame(rows, columns=LABELS)


def votes_with_scores(votes: Iterable[Judgement], models: Models, scores: Mapping[UUID, float]) -> Estimate:
    """How often people prefer the answer with the higher score, where they prefer one and scores differ.

    Args:
        votes: Votes; labels are passed over.
        models: The model of each call.
        scores: The score of each call that has one.

    Returns:
        A share in [0, 1], over samples; 0.5 is what chance gives, `nan` where nothing can be compared.
    """
    by_unit: dict[Hashable, list[float]] = defaultdict(list)
    for vote, one, other, won in comparisons_of(votes, models):
        if won != 0.5 and one in scores and other in scores and scores[one] != scores[other]:
            by_unit[unit_of(vote)].append(float((scores[one] > scores[other]) == (won == 1)))
    return _estimate(by_unit)


def scores_by_label(given: Iterable[Judgement], scores: Mapping[UUID, float]) -> pd.DataFrame:
    """The mean score of the answers that people gave each label: `label`, `score`, `answers`."""
    by_label: dict[str, list[float]] = defaultdict(list)
    for each in given:
        if each.label is not None and each.calls[0] in scores:
            by_label[each.label].append(scores[each.calls[0]])
    rows = [(label, fmean(found), len(found)) for label, found in sorted(by_label.items())]
    return pd.DataFrame(rows, columns=["label", "score", "answers"])


def _known(calls: Sequence[UUID], models: Models) -> list[UUID]:
    return [call for call in calls if call in models]


def _estimate(by_unit: Mapping[Hashable, Sequence[float]]) -> Estimate:
    means = [fmean(found) for found in by_unit.values()]
    return proportion(min(fsum(means), len(means)), len(means))
