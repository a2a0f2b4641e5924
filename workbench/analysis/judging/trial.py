"""A judge on trial: how far it says what people say, and what else moves it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.analysis.estimates import Estimate, accuracy
from workbench.analysis.in_html import in_html
from workbench.analysis.judging.beside_people import (
    AGREEMENT,
    CALIBRATION,
    agreement_with_people,
    calibration,
    rates,
)
from workbench.analysis.judging.biases import (
    Bias,
    Families,
    length_bias,
    length_bias_of_pairs,
    own_family,
    position_bias,
    self_preference,
    self_preference_of_pairs,
)
from workbench.analysis.judging.verdicts import Values, judged_answers, judged_pairs
from workbench.analysis.results import find_experiment
from workbench.log import Log


@dataclass(frozen=True, kw_only=True)
class JudgeTrial:
    """What can be said of a judge by the labels that people gave.

    Attributes:
        judge: Its name.
        verdicts: One row for each answer, or pair of answers, with what the judge and people say of it.
        agreement: One row a measure: of the `judge` with each person, over `n` labels; and of `people` with
            each other, over `people_n` answers, which is about as far as any judge can get; each with its
            95 % interval. `nan` is undefined. No row without labels.
        rates: Of a judge that says right or wrong: `sensitivity` (share of what people call right that it
            calls right), `specificity` (the same of wrong); of one that compares pairs, how often both
            orders had the same verdict.
        calibration: Of a judge that grades: people's mean label by what the judge said.
        biases: What else moves the judge.
        notes: What else there is to know, in sentences.
    """

    judge: str
    verdicts: pd.DataFrame
    agreement: pd.DataFrame
    rates: Mapping[str, Estimate] = field(default_factory=dict)
    calibration: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=CALIBRATION))
    biases: tuple[Bias, ...] = ()
    notes: tuple[str, ...] = ()

    def words(self) -> str:
        """What was found, a sentence a line; nothing is claimed without labels."""
        equal = [
            f"{row['measure']}: {_figure(row, 'judge')} with people"
            + (f", {_figure(row, 'people', 'people_')} among people." if row["people_n"] else ".")
            for row in self.agreement.to_dict("records")
        ]
        return "\n".join([self._head(), *equal, *self._rest()])

    def __str__(self) -> str:
        return self.words()

    def _repr_html_(self) -> str:
        equal = self.agreement.to_dict("records")
        agreement = pd.DataFrame(
            {
                "agreement": self.agreement["measure"],
                "of the judge with people": [_figure(row, "judge") for row in equal],
                "of people with each other": [_figure(row, "people", "people_") for row in equal],
            }
        )
        graded = self.calibration.to_dict("records")
        calibration = pd.DataFrame(
            {
                "the judge says": [f"{row['judge']:.3g}" for row in graded],
                "people, on average": [_figure(row, "people") for row in graded],
            }
        )
        return in_html("\n".join([self._head(), *self._rest()]), agreement, calibration)

    def _head(self) -> str:
        labelled = int((self.verdicts["people"] > 0).sum())
        said = f"{self.judge}: {len(self.verdicts):,} verdicts, {labelled:,} of them with labels by people."
        return said if labelled else f"{said} Without labels nothing tells whether it is right."

    def _rest(self) -> list[str]:
        rates = [f"{name}: {share.percent()}." for name, share in self.rates.items()]
        return [*rates, *(bias.sentence() for bias in self.biases), *self.notes]


def judge_trial(
    log: Log,
    experiment: str,
    judge: str,
    *,
    question: str | None = None,
    values: Values | None = None,
    families: Families | None = None,
) -> JudgeTrial:
    """Hold what a judge says against what people say of the same answers.

    Args:
        log: Where both are.
        experiment: Its id, the beginning of one, or `last`.
        judge: The name of a scorer, whose scores are held against people's labels, or of a judge of pairs,
            whose votes are held against people's votes.
        question: What people were asked; may be left out where they were asked only one.
        values: What people's labels are worth, as in `judged_answers`.
        families: The family of each model, by `provider/model`; by the first letters of their names where it
            is not given.

    Raises:
        ConfigError: No such experiment or judge, or people were asked several questions.
    """
    found = find_experiment(log, experiment)
    pairs = log.labels(kind="vote", experiment=found, labeller=judge, judges=True)
    if len(pairs):
        frame = judged_pairs(log, found, judge, question=question)
        judges = sorted(set(pairs["judge"]))
        return trial_of_pairs(judge, frame, own_family(judges, {*frame["one"], *frame["other"]}, families))
    frame = judged_answers(log, found, judge, question=question, values=values)
    asked = log.sql(
        "SELECT DISTINCT provider || '/' || model AS model FROM calls "
        "WHERE experiment = ? AND tags['judge'] = ? ORDER BY 1",
        [found, judge],
    )
    return trial_of_answers(judge, frame, own_family(asked["model"], set(frame["model"]), families))


def trial_of_pairs(judge: str, frame: pd.DataFrame, own: Collection[str] = ()) -> JudgeTrial:
    """The trial of a judge by what `judged_pairs` gives; `own` are models of its own family."""
    each = [{name: _winner(score) for name, score in votes.items()} for votes in frame["each"]]
    winners = frame.assign(judge=frame["judge"].map(_winner), each=pd.Series(each, index=frame.index))
    both = frame.dropna(subset=["first", "second"])
    same = accuracy((both["first"] == both["second"]).astype(float), both["cluster"])
    biases = [position_bias(frame)]
    if frame["human"].notna().any():
        biases += [length_bias_of_pairs(frame), *([self_preference_of_pairs(frame, own)] if own else [])]
    return JudgeTrial(
        judge=judge,
        verdicts=frame,
        agreement=agreement_with_people(winners, graded=False),
        rates={"same verdict in both orders": same} if same.n else {},
        biases=tuple(biases),
        notes=_family_note(own),
    )


def trial_of_answers(judge: str, frame: pd.DataFrame, own: Collection[str] = ()) -> JudgeTrial:
    """The trial of a judge by what `judged_answers` gives; `own` are models of its own family."""
    if frame["human"].isna().all():
        # Categories, or no labels at all.
        said = frame.assign(judge=frame["judge_label"])
        return JudgeTrial(judge=judge, verdicts=frame, agreement=agreement_with_people(said, graded=False))
    numbers = {number for each in frame["each"] for number in each.values() if not math.isnan(number)}
    binary, graded_judge = numbers <= {0.0, 1.0}, not frame["judge"].dropna().isin((0.0, 1.0)).all()
    said, notes = frame, _family_note(own)
    if binary and graded_judge:
        said = frame.assign(judge=(frame["judge"] >= 0.5).astype(float).where(frame["judge"].notna()))
        notes = ("For agreement and rates the judge says right from 0.5 on.", *notes)
    one_scale = max(numbers) <= 1 or frame["judge"].max() > 1
    if one_scale:
        agreement = agreement_with_people(said, graded=not binary)
    else:
        agreement = pd.DataFrame(columns=AGREEMENT)
        notes = ("The judge and people use different scales: neither agreement nor bias can be told.", *notes)
    return JudgeTrial(
        judge=judge,
        verdicts=frame,
        agreement=agreement,
        rates=rates(said) if binary else {},
        calibration=calibration(frame) if graded_judge else pd.DataFrame(columns=CALIBRATION),
        biases=(length_bias(frame), *([self_preference(frame, own)] if own else [])) if one_scale else (),
        notes=notes,
    )


def _winner(score: float) -> float:
    """Which of two won, by a mean of verdicts: 1 the first, 0 the other, 0.5 neither."""
    return score if math.isnan(score) else (1 + (score > 0.5) - (score < 0.5)) / 2


def _family_note(own: Collection[str]) -> tuple[str, ...]:
    return (f"Of the judge's own family are taken to be: {', '.join(sorted(own))}.",) if own else ()


def _figure(row: Mapping[Any, Any], value: str, side: str = "") -> str:
    n = int(row[f"{side}n"])
    found = Estimate(value=row[value], low=row[f"{side}low"], high=row[f"{side}high"], n=n)
    return str(found) if n else "–"
