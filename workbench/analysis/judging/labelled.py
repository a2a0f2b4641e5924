"""How good models are by people's labels, with a judge's help where people labelled few answers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import pandas as pd
from scipy.stats import mannwhitneyu

from workbench.analysis.estimates import Estimate
from workbench.analysis.in_html import in_html
from workbench.analysis.judging.powered import TUNED_FROM, Powered, ppi_mean
from workbench.analysis.judging.verdicts import Values, judged_answers
from workbench.analysis.statistics import holm
from workbench.log import Log

MODELS = [
    *("model", "value", "low", "high", "n", "judged", "effective", "weight"),
    *("people", "people_low", "people_high", "judge", "judge_low", "judge_high"),
]
DIFFERENCES = ["model", "other", "difference", "low", "high", "n", "p"]
_UNLIKELY = 0.01  # that labelled answers differ so much from the others by chance


@dataclass(frozen=True, kw_only=True)
class LabelledEstimate:
    """Means on people's scale, by few labels of theirs and many verdicts of a judge.

    Attributes:
        judge: Whose verdicts.
        frame: One row a model: `value` with its 95 % interval `low`, `high`, `n` answers labelled by people
            of `judged` ones, `effective` (so many labels by people alone would be as sure), `weight` of the
            judge; beside it the means by `people` alone and by the `judge` alone, each with its bounds.
        differences: One row for each two models: `difference` of `value` (first less second) on the samples
            that both answered, with `low` and `high`, `n` samples on which people labelled both, and `p`
            (two-sided, adjusted by Holm for the number of pairs).
        notes: What else there is to know, in sentences.
    """

    judge: str
    frame: pd.DataFrame
    differences: pd.DataFrame
    notes: tuple[str, ...] = ()

    def words(self) -> str:
        """What the labels and the judge say together, a sentence a line."""
        if not self.frame["n"].sum():
            return f"No answer that {self.judge} judged has a label by people: label some of them."
        lines = [
            f"{row['model']}: {_figure(row, 'value')} by people and {self.judge} on {int(row['judged']):,} "
            f"answers, as sure as {_number(row['effective'], '.0f')} labels; "
            f"people alone {_figure(row, 'people', 'people_')}."
            for row in self.frame.to_dict("records")
        ]
        lines += [
            f"{row['model']} less {row['other']}: {_figure(row, 'difference')}, "
            f"p {_number(row['p'])} by Holm."
            for row in self.differences.to_dict("records")
            if not math.isnan(row["p"])
        ]
        return "\n".join([*lines, *self.notes])

    def __str__(self) -> str:
        return self.words()

    def _repr_html_(self) -> str:
        if not self.frame["n"].sum():
            return in_html(self.words())
        rows = self.frame.to_dict("records")
        table = pd.DataFrame(
            {
                "model": self.frame["model"],
                "people and judge": [_figure(row, "value") for row in rows],
                "people alone": [_figure(row, "people", "people_") for row in rows],
                "judge alone": [_figure(row, "judge", "judge_", "judged") for row in rows],
                "as sure as": [f"{_number(row['effective'], '.0f')} labels" for row in rows],
            }
        )
        pairs = pd.DataFrame(
            {
                "models": [
                    f"{row['model']} less {row['other']}" for row in self.differences.to_dict("records")
                ],
                "difference": [_figure(row, "difference") for row in self.differences.to_dict("records")],
                "p, by Holm": [_number(p) for p in self.differences["p"]],
            }
        )
        return in_html("\n".join(self.notes), table, pairs)


def labelled_estimate(
    log: Log, experiment: str, judge: str, *, question: str | None = None, values: Values | None = None
) -> LabelledEstimate:
    """Estimate how good each model is by people's labels, of which there are few, and a judge's many.

    It holds however wrong the judge is, if the labelled answers were chosen by chance, as `next_to_label`
    chooses them; see `ppi_mean`. Samples of one cluster, and answers to one sample, are taken to depend on
    each other.

    Args:
        log: Where scores and labels are.
        experiment: Its id, the beginning of one, or `last`.
        judge: The scorer's name.
        question: What people were asked; may be left out where they were asked only one.
        values: What people's labels are worth, as in `judged_answers`.

    Raises:
        ConfigError: No such experiment or judge, or people were asked several questions.
    """
    answers = judged_answers(log, experiment, judge, question=question, values=values)
    answers = answers.dropna(subset=["judge"])
    models = list(dict.fromkeys(answers["model"]))
    rows = []
    for model in models:
        own = answers[answers["model"] == model]
        found = ppi_mean(own["human"], own["judge"], own["cluster"])
        rows.append((model, *_bounds(found.estimate), found.estimate.n, len(own), found.effective,
                     found.weight, *_bounds(found.people), *_bounds(found.judge)))  # fmt: skip
    pairs = [(one, other, _difference(answers, one, other)) for one, other in combinations(models, 2)]
    adjusted = holm(found.p for _, _, found in pairs)
    return LabelledEstimate(
        judge=judge,
        frame=pd.DataFrame(rows, columns=MODELS),
        differences=pd.DataFrame(
            [
                (one, other, *_bounds(found.estimate), found.estimate.n, p)
                for (one, other, found), p in zip(pairs, adjusted, strict=True)
            ],
            columns=DIFFERENCES,
        ),
        notes=tuple(_doubts(answers)),
    )


def _difference(answers: pd.DataFrame, one: str, other: str) -> Powered:
    means = answers.groupby(["sample", "model"])[["human", "judge"]].mean().unstack("model")
    both = {name: means[name][one] - means[name][other] for name in ("human", "judge")}
    clusters = answers.groupby("sample")["cluster"].first().reindex(means.index)
    return ppi_mean(both["human"], both["judge"], clusters)


def _doubts(answers: pd.DataFrame) -> list[str]:
    labelled = answers["human"].notna()
    few = answers.groupby("model")["human"].count()
    doubts = []
    if labelled.any() and (few < TUNED_FROM).any():
        doubts.append(
            f"Models with fewer than {TUNED_FROM} labels have people's mean alone: label more answers."
        )
    chosen, rest = answers.loc[labelled, "judge"], answers.loc[~labelled, "judge"]
    if min(len(chosen), len(rest)) > 0 and mannwhitneyu(chosen, rest).pvalue < _UNLIKELY:
        doubts.append(
            f"The judge gives {chosen.mean():.3g} to labelled answers and {rest.mean():.3g} to the others, "
            "which chance hardly explains: figures hold only where chance chose what was labelled."
        )
    return doubts


def _bounds(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high


def _figure(row: dict[object, float], value: str, side: str = "", n: str = "n") -> str:
    return str(Estimate(value=row[value], low=row[f"{side}low"], high=row[f"{side}high"], n=int(row[n])))


def _number(value: float, form: str = ".3g") -> str:
    return "–" if math.isnan(value) else format(value, form)
