"""Whether a model got worse than its baseline, beyond chance."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from workbench.analysis.planning.power import mde
from workbench.analysis.results import experiments, find_experiment, item_scores, results
from workbench.analysis.statistics import PairedTest, Verdict, holm, paired_difference, verdict
from workbench.errors import ConfigError, DataError
from workbench.log import Log

VERDICT_TYPE = "application/vnd.workbench.report+json"
"""A notebook that displays this says to `workbench report` what got worse."""

ALPHA = 0.05
CHANCE_DISCORDANCE = (
    0.2  # two runs of one model at its usual temperature often differ on a fifth of the answers
)


class Dataset(Protocol):
    """What is asked of a data set here: its name, its size and the hash of its samples."""

    def __len__(self) -> int: ...
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def hash(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelChange:
    """One model against its baseline: the verdict, and the paired test behind it, its p values adjusted."""

    model: str
    verdict: Verdict
    test: PairedTest

    def sentence(self) -> str:
        """The verdict in words, with the difference, its interval and what it rests on."""
        return (
            f"{self.model}: {self.verdict}; accuracy changed by {self.change} points {self.interval} on "
            f"{self.test.n} samples ({self.test.method}, p {self.p} for a fall){self._left_out()}"
        )

    @property
    def change(self) -> str:
        """The difference in points."""
        return _number(100 * self.test.difference.value, "+.1f")

    @property
    def interval(self) -> str:
        """Its bounds, likewise."""
        low, high = (100 * bound for bound in (self.test.difference.low, self.test.difference.high))
        return f"[{_number(low, '+.1f')}, {_number(high, '+.1f')}]"

    @property
    def p(self) -> str:
        """P value of a fall."""
        return _number(self.test.p_worse, ".3f")

    def _left_out(self) -> str:
        return f"; {self.test.dropped} samples left out, not answered in both" if self.test.dropped else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Regression:
    """An experiment against its baseline, model by model.

    Attributes:
        experiment: The candidate.
        baseline: What it is compared with.
        changes: One for each model that both have.
        missing: Models of one that the other does not have.
        alpha: How often this may name a model as worse though none is.
        epochs: How often each sample was asked in both.
    """

    experiment: str
    baseline: str
    changes: tuple[ModelChange, ...]
    missing: tuple[str, ...] = ()
    alpha: float = ALPHA
    epochs: int = 1

    @property
    def worse(self) -> tuple[str, ...]:
        """The models that got worse."""
        return tuple(change.model for change in self.changes if change.verdict == "worse")

    def sees(self) -> str:
        """What this comparison could have seen, in words."""
        n = min(change.test.n for change in self.changes)
        alpha = self.alpha / len(self.changes)
        drop = mde(n, within=CHANCE_DISCORDANCE, epochs=self.epochs, alpha=alpha, sides=1)
        if math.isnan(drop):
            return f"With {n} samples no fall of any size could be told from chance."
        return (
            f"With {n} samples a fall of about {100 * drop:.0f} points would be found four times out of five "
            f"(paired, one-sided, α = {self.alpha:g} for all models together, if {CHANCE_DISCORDANCE:.0%} of "
            "the answers differ by chance); smaller ones mostly stay unseen."
        )

    def __str__(self) -> str:
        lines = [change.sentence() for change in self.changes]
        lines += [f"{model}: in only one of the two experiments" for model in self.missing]
        return "\n".join([f"{self.experiment} against baseline {self.baseline}", *lines, self.sees()])

    def _repr_mimebundle_(self, **_: Any) -> Mapping[str, Any]:
        rows = "".join(
            f"<tr><td>{html.escape(change.model)}</td><td><b>{change.verdict}</b></td>"
            f"<td>{change.change} points</td><td>{change.interval}</td>"
            f"<td>{change.test.n} of {change.test.n + change.test.dropped}</td>"
            f"<td>{change.p}</td></tr>"
            for change in self.changes
        )
        missing = "".join(f"<p>{html.escape(model)} is in only one of the two.</p>" for model in self.missing)
        headings = ("model", "verdict", "change of accuracy", "95 % interval", "samples", "p of a fall")
        table = (
            f"<p>Against baseline <code>{html.escape(self.baseline)}</code></p><table><thead><tr>"
            f"{''.join(f'<th>{heading}</th>' for heading in headings)}</tr></thead>"
            f"<tbody>{rows}</tbody></table>"
            f"{missing}<p>{html.escape(self.sees())}</p>"
        )
        verdict_of = {change.model: change.verdict for change in self.changes}
        return {
            "text/plain": str(self),
            "text/html": table,
            VERDICT_TYPE: {
                "experiment": self.experiment,
                "baseline": self.baseline,
                "verdicts": verdict_of,
                "worse": list(self.worse),
                "said": str(self),
            },
        }


def regression(log: Log, experiment: str, baseline: str, *, alpha: float = ALPHA) -> Regression:
    """Compare each model's accuracy with its own in a baseline, sample by sample.

    Binary scores asked once are compared by McNemar's mid-p test, others by a paired t test on the samples'
    means. With several models the p values are adjusted by Holm, so that `alpha` bounds the chance of any
    false alarm in the whole comparison.

    Args:
        log: Where both are.
        experiment: The candidate.
        baseline: An experiment's id, the beginning of one, or `last` for the one before.
        alpha: How often a report may be red though nothing changed.

    Raises:
        ConfigError: There is no such baseline, it was made with another data set, or both have the same calls
            because the log answered one of them.
        DataError: A model has no scored answer at all: every call failed.
    """
    experiment = find_experiment(log, experiment)
    known = experiments(log, most=10_000).set_index("experiment")
    made = known.loc[experiment]
    name, content = str(made["dataset"]), str(made["dataset_hash"])
    baseline = find_experiment(log, baseline, before=experiment, dataset_hash=content)
    _check_samples(log, baseline, experiment, f"{name!r}, {made['samples']} samples ({content})", content)
    _check_measured(log, baseline, experiment)
    new, old = results(log, experiment), results(log, baseline)
    in_new, in_old = dict.fromkeys(new["model"]), dict.fromkeys(old["model"])
    models = [model for model in in_new if model in in_old]
    if not models:
        raise ConfigError(
            f"{experiment} and its baseline {baseline} have no model in common: "
            f"{', '.join(in_new) or 'none'} against {', '.join(in_old) or 'none'}"
        )
    for model in models:
        if item_scores(new, model).isna().all():
            raise DataError(f"{model}: no answer was scored in {experiment}, so there is nothing to compare")
    # Without their clusters: the question is whether it got worse on these samples, not on others like them.
    tests = [_paired(item_scores(old, model), item_scores(new, model)) for model in models]
    worse, better = holm([test.p_worse for test in tests]), holm([test.p_better for test in tests])
    adjusted = [
        replace(test, p_worse=fall, p_better=rise)
        for test, fall, rise in zip(tests, worse, better, strict=True)
    ]
    return Regression(
        experiment=experiment,
        baseline=baseline,
        changes=tuple(
            ModelChange(model=model, verdict=verdict(test, alpha=alpha), test=test)
            for model, test in zip(models, adjusted, strict=True)
        ),
        missing=tuple(model for model in [*in_new, *in_old] if (model in in_new) != (model in in_old)),
        alpha=alpha,
        epochs=int(known.loc[[experiment, baseline], "epochs"].min()),
    )


def _check_measured(log: Log, baseline: str, candidate: str) -> None:
    [shared] = log.sql(
        """
        SELECT count(*) AS calls FROM calls
        WHERE experiment = ? AND status = 'ok' AND tags['judge'] IS NULL AND coalesce(source_id, id) IN (
            SELECT coalesce(source_id, id) FROM calls WHERE experiment = ? AND status = 'ok'
        )
        """,
        [candidate, baseline],
    )["calls"]
    if shared:
        raise ConfigError(
            f"{shared} answers of {candidate} come from the log and are the very ones that its baseline "
            f"{baseline} has, so nothing was measured: run it with refresh, that is without the cache"
        )


def _paired(old: Any, new: Any) -> PairedTest:
    samples = sorted(set(old.index) | set(new.index))
    return paired_difference(old.reindex(samples), new.reindex(samples))


def check_baseline(log: Log, baseline: str, dataset: Dataset) -> str:
    """The id of a baseline that a data set can be compared with; to be asked before money is spent.

    Raises:
        ConfigError: There is no such baseline, or it was made with other samples.
    """
    found = find_experiment(log, baseline, dataset_hash=dataset.hash)
    asked = f"{dataset.name!r}, {len(dataset)} samples ({dataset.hash})"
    _check_samples(log, found, "this one", asked, dataset.hash)
    return found


def _check_samples(log: Log, baseline: str, candidate: str, asked: str, content: str) -> None:
    old = experiments(log, most=10_000).set_index("experiment").loc[baseline]
    if old["dataset_hash"] != content:
        raise ConfigError(
            f"baseline {baseline} was made with {old['dataset']!r}, {old['samples']} samples "
            f"({old['dataset_hash']}), {candidate} with {asked}: a comparison needs the same samples"
        )


def _number(value: float, form: str) -> str:
    return "–" if math.isnan(value) else format(value, form)
