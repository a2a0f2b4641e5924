"""What a judge and people say of the same answers, side by side."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping
from statistics import fmean
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pandas as pd

from workbench.analysis.preferences import comparisons_of, judgements, models_of, unit_of
from workbench.analysis.rankings.votes import clusters_of_calls
from workbench.analysis.results import find_experiment, results
from workbench.errors import ConfigError
from workbench.log import Log
from workbench.log.labelling import Judgement, judgements_in, value_of
from workbench.log.reference import AMONG, among

RIGHT_AND_WRONG: Mapping[str, float] = MappingProxyType(
    dict.fromkeys(("right", "correct", "yes", "good", "true", "pass"), 1.0)
    | dict.fromkeys(("wrong", "incorrect", "no", "bad", "false", "fail"), 0.0)
)
"""What words are worth where nothing else is said, capitals or not."""

ANSWERS = [
    *("call_id", "model", "sample", "epoch", "cluster", "judge", "human", "people", "judge_label"),
    *("each", "length"),
]
PAIRS = [
    *("one", "other", "sample", "cluster", "judge", "first", "second", "human", "people", "each", "longer"),
]
Values = Mapping[str, float | None]


def judges_of(log: Log, experiment: str) -> list[str]:
    """The judges that an experiment has: scorers that asked a model, and judges of pairs, by name."""
    found = find_experiment(log, experiment)
    scorers = log.sql(
        "SELECT DISTINCT scorer FROM scores WHERE experiment = $experiment AND scorer IN "
        "(SELECT tags['judge'] FROM calls WHERE experiment = $experiment)",
        {"experiment": found},
    )
    return sorted({*scorers["scorer"], *log.labels(kind="vote", experiment=found, judges=True)["labeller"]})


def judged_answers(
    log: Log, experiment: str, judge: str, *, question: str | None = None, values: Values | None = None
) -> pd.DataFrame:
    """One row for each answer that a judge scored.

    Args:
        log: Where scores and labels are.
        experiment: Its id, the beginning of one, or `last`.
        judge: The scorer's name.
        question: What people were asked; may be left out where they were asked only one.
        values: What people's labels are worth; a label that is a number is worth that, and words that say
            right or wrong 1 and 0, where it is not given.

    Returns:
        `call_id`, `model`, `sample`, `epoch`, `cluster` (of the sample, or the sample itself), `judge` (its
        number, on people's scale where its labels are steps of the same), `human` (mean of people's
        numbers), `people` (how many labelled it), `judge_label`, `each` (the number of each person, by name;
        the label where none has one) and `length` (characters). What is not known, or is worth no number,
        is `nan`.

    Raises:
        ConfigError: No such experiment or judge, or people were asked several questions.
    """
    frame = results(log, experiment, scorer=judge)
    frame = frame[frame["scorer"].notna()].reset_index(drop=True)
    return beside_labels(frame, _people(log, frame["call_id"], question), values)


def beside_labels(
    frame: pd.DataFrame, given: Mapping[UUID, Mapping[str, str]], values: Values | None = None
) -> pd.DataFrame:
    """The same of rows of `results`, and of the label that each person gave to a call, by name."""
    worth = {label: _worth(label, values) for each in given.values() for label in each.values()}
    steps = [value_of(str(label)) for label in frame["label"].dropna()]
    stepped = bool(worth) and values is None and all(value_of(label) is not None for label in worth)
    any_number = not all(math.isnan(number) for number in worth.values())
    rows: list[dict[str, Any]] = []
    for row in frame.to_dict("records"):
        said = given.get(row["call_id"], {})
        numbers = [worth[label] for label in said.values() if not math.isnan(worth[label])]
        label = None if pd.isna(row["label"]) else str(row["label"])
        if stepped and steps and None not in steps:
            number = math.nan if label is None else value_of(label)
        else:
            number = row["value"] if not pd.isna(row["value"]) or label is None else _worth(label, values)
        rows.append(
            {
                **{name: row[name] for name in ("call_id", "model", "sample", "epoch")},
                "cluster": row["sample"] if pd.isna(row["cluster"]) else row["cluster"],
                "judge": number,
                "human": fmean(numbers) if numbers else math.nan,
                "people": len(said),
                "judge_label": label,
                "each": {name: worth[label] if any_number else label for name, label in said.items()},
                "length": len(row["text"] or ""),
            }
        )
    return pd.DataFrame(rows, columns=ANSWERS).astype({"judge": float, "human": float})


def judged_pairs(log: Log, experiment: str, judge: str, *, question: str | None = None) -> pd.DataFrame:
    """One row for each two answers that a judge compared.

    Args:
        log: Where votes are.
        experiment: Its id, the beginning of one, or `last`.
        judge: Its name: the `labeller` of its votes.
        question: What people were asked; may be left out where they were asked only one.

    Returns:
        `one` and `other` (models); `sample`, `cluster`; `judge` (what the first of them got: 1 won, 0 lost,
        0.5 tie, the mean over both orders), `first` and `second` (the same where it was shown first, and
        second; `nan` where it never was), `human` (mean over `people`, `nan` where nobody compared them),
        `each` (what each person gave, by name) and `longer` (binary logarithm of how much longer the first
        is, in characters).
    """
    found = find_experiment(log, experiment)
    votes = [vote for vote in judgements(log, experiment=found, labeller=judge, judges=True) if _two(vote)]
    people = _asked([vote for vote in judgements(log, experiment=found) if _two(vote)], question)
    models = models_of(log, [*votes, *people])
    clusters = clusters_of_calls(log, votes)
    lengths = _lengths(log, votes)
    said: dict[frozenset[UUID], dict[str, float]] = defaultdict(dict)
    for vote, one, _, score in comparisons_of(people, models):
        said[frozenset(vote.calls)][vote.labeller] = score if one == min(vote.calls) else 1 - score
    judged: dict[frozenset[UUID], dict[UUID, float]] = defaultdict(dict)
    samples: dict[frozenset[UUID], Hashable] = {}
    for vote, one, _, score in comparisons_of(votes, models):
        calls = frozenset(vote.calls)
        judged[calls][one] = score if one == min(calls) else 1 - score
        samples[calls] = unit_of(vote) if vote.sample is None else vote.sample
    rows = []
    for calls, by_order in judged.items():
        one, other = sorted(calls)
        rows.append(
            {
                "one": models[one],
                "other": models[other],
                "sample": samples[calls],
                "cluster": clusters.get(one, samples[calls]),
                "judge": fmean(by_order.values()),
                "first": by_order.get(one, math.nan),
                "second": by_order.get(other, math.nan),
                "human": fmean(said[calls].values()) if said[calls] else math.nan,
                "people": len(said[calls]),
                "each": said[calls],
                "longer": math.log2(max(lengths[one], 1) / max(lengths[other], 1)),
            }
        )
    return pd.DataFrame(rows, columns=PAIRS)


def _people(log: Log, calls: pd.Series[Any], question: str | None) -> dict[UUID, dict[str, str]]:
    """The label that each person gave to each of these calls."""
    known = set(calls)
    labels = [each for each in judgements_in(log.labels(kind="label"))[::-1] if each.calls[0] in known]
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    for each in _asked(labels, question):
        found[each.calls[0]][each.labeller] = str(each.label)
    return found


def _asked(given: list[Judgement], question: str | None) -> list[Judgement]:
    """Those on one question."""
    asked = sorted({each.question for each in given})
    if question is None and len(asked) > 1:
        raise ConfigError(f"people were asked {len(asked)} questions: give `question`, one of {asked!r}")
    return [each for each in given if question in (None, each.question)]


def _worth(label: str, values: Values | None) -> float:
    if values is not None:
        worth = values.get(label)
        return math.nan if worth is None else float(worth)
    number = value_of(label)
    return RIGHT_AND_WRONG.get(label.casefold(), math.nan) if number is None else number


def _two(vote: Judgement) -> bool:
    return vote.kind == "vote" and len(set(vote.calls)) == 2


def _lengths(log: Log, votes: list[Judgement]) -> dict[UUID, int]:
    query = f"SELECT id, length(coalesce(text, '')) AS length FROM calls WHERE {AMONG}"  # noqa: S608 - our words
    found = log.sql(query, among({call for vote in votes for call in vote.calls}))
    return dict(zip(found["id"], (int(length) for length in found["length"]), strict=True))
