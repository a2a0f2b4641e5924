"""Who said what of the same answers, out of the log: models, judges, people, or one model again and again."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from workbench.analysis.agreement import Label
from workbench.analysis.items import dependence
from workbench.analysis.results import find_experiment, results
from workbench.errors import ConfigError
from workbench.log import Log

By = Literal["model", "epoch", "judge", "person"]
Said = tuple[Hashable, Any, str, Any]  # of what, which sample it is, by whom, the label

# What was scored again counts by its latest score.
_SCORES = """
SELECT call_id, scorer AS rater, value, label FROM scores
WHERE experiment = ? AND scorer IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY call_id, scorer ORDER BY id DESC) = 1 ORDER BY id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Raters:
    """What each rater said of the same things, for the functions of `workbench.analysis.agreement`.

    Attributes:
        things: What was rated: sample and epoch; the sample, where epochs are the raters; the call; or the
            call and what people were asked of it.
        labels: By rater, in the same order for each; `None` where a rater said nothing.
        clusters: What makes these things depend on each other, in that order: the cluster of a sample, or the
            sample.
    """

    things: Sequence[Any]
    labels: Mapping[str, Sequence[Label]]
    clusters: Sequence[object]

    def __len__(self) -> int:
        return len(self.clusters)


def raters_of(
    log: Log,
    experiment: str,
    by: By = "model",
    *,
    scorer: str | None = None,
    model: str | None = None,
    question: str | None = None,
) -> Raters:
    """Who said what in an experiment.

    Args:
        log: Where to look.
        experiment: Its id, the beginning of one, or `last`.
        by: Who the raters are. `model`: the answers that were read of each model, by sample and epoch.
            `epoch`: those of one model, by sample; the raters are its repeats. `judge`: what each scorer said
            of each answer: its value, or its label where it gives no values. `person`: the labels that each
            person gave to answers.
        scorer: Of `model` and `epoch`: who read the answers; as in `results`.
        model: Only answers of this one, named as in `results`; with `epoch` it has to be given where there
            are several.
        question: Of `person`: what people were asked; without it any question will do, and answers to
            different ones are not compared with each other.

    Raises:
        ConfigError: There is no such experiment, scorer or model, or `by` is none of the four.
    """
    found = find_experiment(log, experiment)
    frame = results(log, found, scorer=scorer)
    models = list(dict.fromkeys(frame["model"]))
    if model is not None:
        if model not in models:
            raise ConfigError(f"no model {model!r} in experiment {found!r}: it has {', '.join(models)}")
        frame = frame[frame["model"] == model]
    match by:
        case "model":
            things = zip(frame["sample"], frame["epoch"], strict=True)
            return _raters(zip(things, frame["sample"], frame["model"], frame["label"], strict=True), frame)
        case "epoch":
            if model is None and len(models) > 1:
                raise ConfigError(f"repeats of which model? Write model=…, one of {', '.join(models)}")
            names = [f"epoch {epoch}" for epoch in frame["epoch"]]
            return _raters(zip(frame["sample"], frame["sample"], names, frame["label"], strict=True), frame)
        case "judge":
            scores = log.sql(_SCORES, [found])
            valued = scores.groupby("rater")["value"].transform("count") > 0
            said = scores["value"].astype(object).where(valued, scores["label"])
            return _of_calls(
                zip(scores["call_id"], scores["call_id"], scores["rater"], said, strict=True), frame
            )
        case "person":
            rows = log.labels(kind="label", experiment=found)[::-1]
            if question is not None:
                rows = rows[rows["question"] == question]
            calls = [shown[0] for shown in rows["calls"]]
            asked = list(zip(calls, rows["question"], strict=True))
            return _of_calls(zip(asked, calls, rows["labeller"], rows["label"], strict=True), frame)
    raise ConfigError(f"raters by {by!r}: write model, epoch, judge or person")


def _of_calls(said: Iterable[Said], frame: pd.DataFrame) -> Raters:
    """The same of the calls in `frame`, which are in the place of their samples."""
    samples = dict(zip(frame["call_id"], frame["sample"], strict=True))
    known = ((what, samples[call], rater, label) for what, call, rater, label in said if call in samples)
    return _raters(known, frame)


def _raters(said: Iterable[Said], frame: pd.DataFrame) -> Raters:
    samples: dict[Hashable, Any] = {}
    names: dict[str, None] = {}
    labels: dict[tuple[Hashable, str], Label] = {}
    for what, sample, rater, label in said:
        samples[what] = sample
        names[rater] = None
        labels[what, rater] = None if pd.isna(label) else label
    return Raters(
        things=list(samples),
        labels={name: [labels.get((what, name)) for what in samples] for name in names},
        clusters=dependence(frame, samples.values()),
    )
