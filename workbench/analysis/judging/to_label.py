"""Which answers people should label next, so that few labels stand for all answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.analysis.results import find_experiment, results
from workbench.log import Log


def next_to_label(
    log: Log, experiment: str, n: int, *, judge: str | None = None, question: str | None = None, seed: int = 0
) -> pd.DataFrame:
    """Choose samples whose answers people are to label, by chance, and spread over what a judge says.

    Samples are put in the order of the judge's mean score and every so many-th is taken, from a start of
    chance: each has the same chance to be chosen, so that a plain mean of the labels is unbiased and
    `labelled_estimate` needs no weights; bad, middling and good answers come in their true proportions, which
    makes it surer than choosing without a look. All models' answers to a chosen sample come together, of the
    first epoch in which it was asked, for comparing models on the same samples.

    Label all that were chosen, and choose anew for more: those that are labelled already are passed over. Who
    stops in the middle has what the labelling widget showed first, which is what models disagree on.

    Args:
        log: Where the answers are.
        experiment: Its id, the beginning of one, or `last`.
        n: How many samples, at least 1; all that are left where there are fewer.
        judge: A scorer, whose scores say what is alike; `None` is the one that scored first.
        question: Labels on which question make a sample labelled; `None` is any.
        seed: Of the choice.

    Returns:
        Rows of `results`, with `experiment`, as `wb.labeller(client, answers=...)` takes them.

    Raises:
        ConfigError: There is no such experiment or judge.
        ValueError: `n` is less than 1.

    Source:
        Systematic samples of an ordered list: W. G. Cochran, Sampling Techniques (1977), chapter 8.
    """
    if n < 1:
        raise ValueError(f"cannot choose {n!r} samples: give 1 or more")
    found = find_experiment(log, experiment)
    answers = results(log, found, scorer=judge).assign(experiment=found)
    answers = answers[(answers["status"] == "ok") & answers["text"].fillna("").str.strip().ne("")]
    labels = log.labels(kind="label")
    if question is not None:
        labels = labels[labels["question"] == question]
    labelled = {call for calls in labels["calls"] for call in calls}
    done = set(answers.loc[answers["call_id"].isin(labelled), "sample"])
    means = answers[~answers["sample"].isin(done)].groupby("sample")["value"].mean().astype(float)
    chosen = spread(means, n, np.random.default_rng(seed))
    rows = answers[answers["sample"].isin(chosen)]
    return rows[rows["epoch"] == rows.groupby("sample")["epoch"].transform("min")].reset_index(drop=True)


def spread(scores: pd.Series[float], n: int, rng: np.random.Generator) -> list[str]:
    """The names of `n` scores, each equally likely to be among them, spread over low and high ones."""
    shuffled = scores.sample(frac=1, random_state=rng).sort_values(kind="stable", na_position="last")
    size = len(shuffled)
    if size <= n:
        return list(shuffled.index)
    places = np.floor((rng.random() + np.arange(n)) * size / n).astype(int)
    return [str(name) for name in shuffled.index[places]]
