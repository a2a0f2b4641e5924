"""Judges on trial: do they say what people say, and what do a few labels make of their verdicts."""

from workbench.analysis.judging.labelled import LabelledEstimate, labelled_estimate
from workbench.analysis.judging.powered import Powered, ppi_mean
from workbench.analysis.judging.to_label import next_to_label
from workbench.analysis.judging.trial import JudgeTrial, judge_trial
from workbench.analysis.judging.verdicts import judges_of

__all__ = [
    "JudgeTrial",
    "LabelledEstimate",
    "Powered",
    "judge_trial",
    "judges_of",
    "labelled_estimate",
    "next_to_label",
    "ppi_mean",
]
