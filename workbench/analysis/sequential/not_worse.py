"""Models against their own earlier answers, until it is known whether they fell."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from workbench.analysis.sequential.fall import Fall, Then
from workbench.analysis.sequential.orders import I, Item, interleaved
from workbench.analysis.sequential.pair import Values
from workbench.errors import ConfigError, DataError

CHECKS = 20  # times in a data set that one looks ahead
METHOD = "not_worse"
_SHOWN = 5


@dataclass(kw_only=True, repr=False)
class UntilNotWorse:
    """Watches an evaluation, and says when it is known whether its models fell: see `until_not_worse`.

    Attributes:
        alpha: The error of all models together.
        margin: A fall by less is none that counts.
        min_samples: Before so many nothing is decided.
        seed: Of the order of the samples.
        baseline: What it is compared with: `experiment`, and whatever else names it.
        then: What each model scored in the baseline, by label and sample.
        epochs: How often the baseline asked each sample.
        falls: The comparisons, one for each model, from `order` on.
        reason: Why it stopped, in words; empty where it did not.
        asked: Samples seen until now, or until it stopped.
        total: Samples that can be compared.
    """

    alpha: float
    margin: float
    min_samples: int
    seed: int
    baseline: Mapping[str, Any]
    then: Mapping[str, Mapping[str, Then]]
    epochs: int = 1
    fresh: ClassVar[bool] = True
    falls: tuple[Fall, ...] = field(default=(), init=False)
    reason: str = field(default="", init=False)
    asked: int = field(default=0, init=False)
    total: int = field(default=0, init=False)

    def order(self, samples: Sequence[I], models: Sequence[str], epochs: int = 1) -> list[I]:
        """The samples in the order in which they are to be asked; those that the baseline lacks come last.

        Args:
            samples: In any order.
            models: The labels of those that are compared.
            epochs: How often each sample is asked.

        Raises:
            ConfigError: The baseline has no score of a model, or of none of the samples.
            DataError: One of its scores is not in [0, 1].
        """
        scored = {sample for then in earlier(self.then, models).values() for sample in then}
        known = [sample for sample in samples if sample.id in scored]
        self.begin([sample.id for sample in samples], models, epochs)
        others = sorted((sample for sample in samples if sample.id not in scored), key=lambda each: each.id)
        return [*interleaved(known, np.random.default_rng(self.seed)), *others]

    def begin(self, samples: Sequence[str], models: Sequence[str], epochs: int = 1) -> None:
        """Forget what was seen; these are to be asked, so often each.

        Raises:
            ConfigError: As `order`.
            DataError: As `order`.
        """
        falls, known = [], earlier(self.then, models)
        for model in models:
            if model not in known:
                raise ConfigError(
                    f"baseline {self.baseline['experiment']} has no score of {model}: it has "
                    f"{', '.join([*self.then][:_SHOWN]) or 'none at all'}"
                )
            then = {sample: known[model][sample] for sample in samples if sample in known[model]}
            if not then:
                raise ConfigError(
                    f"baseline {self.baseline['experiment']} has no score of {model} on any of these "
                    f"{len(samples)} samples"
                )
            for sample, score in then.items():
                if not 0 <= score.value <= 1:
                    raise DataError(
                        f"{model} scored {score.value!r} on sample {sample!r} in baseline "
                        f"{self.baseline['experiment']}: to stop early, score from 0 to 1"
                    )
            share = self.alpha / len(models)
            even = self.epochs >= epochs
            falls.append(Fall(model=model, alpha=share, margin=self.margin, then=then, even=even))
        self.falls, self.reason, self.asked = tuple(falls), "", 0
        self.total = len({sample for fall in falls for sample in fall.then})

    def see(self, sample: Item, values: Values, missing: Mapping[str, float]) -> str | None:
        """Take the scores of the next sample, in that order.

        Args:
            sample: Which it was.
            values: The mean over its epochs for each model, by its label, in [0, 1]; `None` where none was
                scored.
            missing: The share of its epochs that have no score.

        Returns:
            Why no more samples are needed, in words; `None` where they are.

        Raises:
            DataError: A score is not in [0, 1].
        """
        if self.reason:
            return self.reason
        self.asked += 1
        for fall in self._undecided():
            value = values[fall.model]
            if value is not None and not 0 <= value <= 1:
                raise DataError(
                    f"{fall.model} scored {value!r} on sample {sample.id!r}: to stop early, score from 0 to 1"
                )
            fall.take(sample.id, value, missing[fall.model], self.asked)
        self._look()
        return self.reason or None

    def conclude(self) -> None:
        """Decide by what was seen, however little that is: no more will come."""
        for fall in self._undecided():
            fall.look()

    def describe(self) -> dict[str, Any]:
        """How it decides, as the log keeps it with the runs."""
        rules = ("alpha", "margin", "min_samples", "seed")
        named = {rule: getattr(self, rule) for rule in rules} | {"baseline": dict(self.baseline)}
        return {"method": METHOD, "side": "worse", "unit": "sample", **named}

    def __repr__(self) -> str:
        return "\n".join([self._said(), *(fall.sentence() for fall in self.falls), self._holds()])

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{html.escape(fall.sentence())}</li>" for fall in self.falls)
        return (
            f'<div class="mathjax_ignore tex2jax_ignore"><p>{html.escape(self._said())}</p>'
            f"<ul>{lines}</ul><p>{html.escape(self._holds())}</p></div>"
        )

    def _undecided(self) -> list[Fall]:
        return [fall for fall in self.falls if fall.verdict == "undecided"]

    def _look(self) -> None:
        last = self.asked >= self.total
        if self.asked < self.min_samples and not last:
            return
        undecided = self._undecided()
        self.conclude()
        of_all = f"{self.asked} of {self.total} samples"
        if not self._undecided():
            self.reason = f"decided after {of_all}: {self._verdicts()}"
        elif last:
            self.reason = f"all that can be compared was asked, {of_all}: {self._verdicts()}"
        elif self.asked % max(1, self.total // CHECKS) == 0:
            for place, fall in enumerate(undecided):
                # Of its place alone, so that it is the same when an evaluation goes on later.
                fall.look_ahead(np.random.default_rng([self.seed, self.asked, place]))
            if not any(fall.open for fall in self.falls):
                self.reason = f"the rest would hardly decide it, after {of_all}: {self._verdicts()}"

    def _verdicts(self) -> str:
        if len(self.falls) <= _SHOWN:
            return "; ".join(f"{fall.model} is {fall.in_words()}" for fall in self.falls)
        found = [fall.in_words() for fall in self.falls]
        return ", ".join(f"{found.count(verdict)} models {verdict}" for verdict in dict.fromkeys(found))

    def _said(self) -> str:
        begun = f"{self.asked} of {self.total} samples, not decided" if self.asked else "nothing asked yet"
        return f"Stopped: {self.reason}." if self.reason else f"Until known not to be worse: {begun}."

    def _holds(self) -> str:
        return (
            f"Against {self.baseline['experiment']}. This holds at every look, for all models together "
            f"(α = {self.alpha:g}); what has no score counts against whatever would be decided."
        )


def earlier(
    then: Mapping[str, Mapping[str, Then]], models: Sequence[str]
) -> Mapping[str, Mapping[str, Then]]:
    """With what each model is compared: with itself, or, where both have but one, with that one."""
    same = {model: then[model] for model in models if model in then}
    if not same and len(models) == len(then) == 1:
        return dict(zip(models, then.values(), strict=True))
    return same
