"""What to ask, and what it will cost, for a difference to be found: before anything is sent."""

from __future__ import annotations

import asyncio
import html
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from workbench.analysis.estimates import independent, present
from workbench.analysis.planning.alternatives import EPOCHS, alternatives, best, frame_of
from workbench.analysis.planning.costs import Cost, Dataset, cost_of_a_sample
from workbench.analysis.planning.pilot import ICC, expected_spread
from workbench.analysis.planning.power import Sides
from workbench.client import Client
from workbench.errors import ConfigError


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Plan:
    """What an evaluation has to ask for a difference to be found, and what that will cost.

    Attributes:
        delta: The difference to be found, in the unit of the scores.
        samples: How many to ask: those needed, or all that there are.
        epochs: How often each.
        enough: Whether the data set has the samples that are needed.
        needed: Samples needed at so many epochs.
        sees: The smallest difference that `samples` and `epochs` would probably show; `nan`: none.
        cost: Calls, dollars and seconds.
        frame: What else could be done, a row for each number of epochs: `epochs`, `samples_needed`, `enough`,
            then for as many of them as there are: `samples`, `sees`, `calls`, `cost_usd` with `cost_low_usd`
            and `cost_high_usd`, `minutes`; missing where not known.
        dataset: The data set's name, and its size.
        size: See above.
        basis: What all this rests on, in words.
    """

    delta: float
    samples: int
    epochs: int
    enough: bool
    needed: int
    sees: float
    cost: Cost
    frame: pd.DataFrame
    dataset: str
    size: int
    basis: tuple[str, ...]

    @property
    def words(self) -> str:
        """What to ask, and what it costs."""
        rounds = f"{self.epochs} epoch{'' if self.epochs == 1 else 's'}"
        price = f"{self._calls()}, {self._dollars()}, {self._minutes()}"
        if self.enough:
            return (
                f"To find a difference of {_points(self.delta)}: {self.samples:,} of the {self.size:,} "
                f"samples of {self.dataset}, {rounds}: {price}."
            )
        seen = "no difference of any size" if math.isnan(self.sees) else _points(self.sees)
        return (
            f"With {self.size:,} samples and {rounds} you can see {seen}; for {_points(self.delta)} you need "
            f"{self.needed:,} samples. {self.dataset} as it is: {price}."
        )

    def __repr__(self) -> str:
        return "\n".join([self.words, *(f"- {line}" for line in self.basis)])

    def _repr_html_(self) -> str:
        heads = ("epochs", "samples needed", "there are enough", "sees", "calls", "US$", "minutes")
        rows = [
            (
                str(row["epochs"]),
                f"{row['samples_needed']:,}",
                "yes" if row["enough"] else "no",
                "–" if math.isnan(row["sees"]) else _points(row["sees"]),
                f"{row['calls']:,}",
                "unknown" if math.isnan(row["cost_usd"]) else f"{row['cost_usd']:,.4f}",
                "unknown" if math.isnan(row["minutes"]) else f"{row['minutes']:,.1f}",
            )
            for row in self.frame.to_dict("records")
        ]
        head = "".join(f"<th>{each}</th>" for each in heads)
        body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        basis = "".join(f"<li>{html.escape(line)}</li>" for line in self.basis)
        return (
            f'<div class="mathjax_ignore tex2jax_ignore"><p><b>{html.escape(self.words)}</b></p><table>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><ul>{basis}</ul></div>"
        )

    def _calls(self) -> str:
        return f"{math.ceil(self.cost.calls):,} calls"

    def _dollars(self) -> str:
        expected, high = self.cost.expected_usd, self.cost.high_usd
        if expected is None or high is None:
            return "at a price that is not known"
        return "free" if not high else f"about {_usd(expected)} and hardly more than {_usd(high)}"

    def _minutes(self) -> str:
        seconds = self.cost.seconds
        if seconds is None:
            return "in a time that is not known"
        return f"about {seconds:.0f} seconds" if seconds < 90 else f"about {seconds / 60:,.0f} minutes"


async def plan(
    client: Client,
    models: Sequence[str],
    dataset: Dataset,
    delta: float = 0.05,
    *,
    epochs: int | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    pilot: str | None = None,
    prompt: str | Mapping[str, str] | None = None,
    scorers: Sequence[object] | None = None,
    **params: Any,
) -> Plan:
    """How many samples and epochs it takes to find a difference between models, and what they cost.

    Of all that would do, the plan is the one with the fewest calls: repeats are worth their price only where
    samples are short. Nothing is sent.

    Args:
        client: Who will ask; its log has the pilot, durations and lengths of answers.
        models: `provider/model` each. With one model and one prompt the question is whether it falls from its
            own baseline: one-sided, and on the same samples.
        dataset: What will be asked; the clusters of its samples count.
        delta: The difference to be found, in the unit of the scores: 0.05 is 5 points.
        epochs: How often each sample is asked; chosen where not given.
        alpha: Chance of a false alarm in the whole comparison: of several pairs each gets its part.
        power: Chance to find the difference if it is there.
        pilot: An experiment with some of these models and samples like these, from which to take how much
            scores vary; careful guesses where not given.
        prompt: As in `evaluate`: several by name are compared too.
        scorers: As in `evaluate`; the calls of judges count.
        params: Parameters of the calls, as in `evaluate`.

    Raises:
        ConfigError: A name or a key has to be mended, there is nothing to ask, or the pilot says nothing.
    """
    models = list(dict.fromkeys(client.full_name(model) for model in models))
    if not models or not len(dataset):
        raise ConfigError(f"nothing to plan: {len(models)} models and {len(dataset)} samples")
    if not 0 < delta <= 1 or (epochs is not None and epochs < 1):
        raise ConfigError(
            f"delta is {delta!r} and epochs {epochs!r}: give a difference such as 0.05, which is 5 points, "
            "and 1 or more"
        )
    if not (0 < alpha < 1 and 0 < power < 1):
        raise ConfigError(f"alpha is {alpha!r} and power {power!r}: give chances between 0 and 1")
    templates = prompt if isinstance(prompt, Mapping) else {"": prompt or "{input}"}
    labels = [f"{model} [{name}]" if name else model for model in models for name in templates]
    pairs = max(1, len(labels) * (len(labels) - 1) // 2)
    sides: Sides = 1 if len(labels) == 1 else 2
    # Whether a model fell is a question about these samples, not about others like them.
    size, clusters = (1.0, len(dataset)) if len(labels) == 1 else _cluster_size(dataset)
    spread = await asyncio.to_thread(expected_spread, client.log, labels, pilot)
    facts: dict[str, Any] = {
        "between": spread.between,
        "within": spread.within,
        # Scores of the model as it was say nothing of what a fall adds to their spread.
        "unchanged": len(labels) == 1,
        "cluster_size": size,
        # A pilot's variance between samples has what their clusters add to it.
        "icc": 0.0 if pilot else ICC,
        "alpha": alpha / pairs,
        "power": power,
        "sides": sides,
        "graded": spread.graded,
    }
    one = await cost_of_a_sample(
        client,
        models,
        dataset,
        templates=list(templates.values()),
        scorers=scorers or (),
        params=params,
    )
    found = alternatives(delta, len(dataset), one, facts, EPOCHS if epochs is None else (epochs,))
    chosen = best(found)
    tested = "one-sided" if sides == 1 else "two-sided"
    together = "" if pairs == 1 else f", shared by {pairs} pairs"
    return Plan(
        delta=delta,
        samples=chosen.samples,
        epochs=chosen.epochs,
        enough=chosen.enough,
        needed=chosen.needed,
        sees=chosen.sees,
        cost=chosen.cost,
        frame=frame_of(found),
        dataset=dataset.name,
        size=len(dataset),
        basis=(
            f"paired on the same samples, {tested}, α = {alpha:g}{together}, power {power:.0%}",
            f"variance of a difference: {spread.between:.3f} between samples, {spread.within:.3f} between "
            f"answers to one sample ({spread.basis})",
            *_about_clusters(size, clusters, guessed=pilot is None),
            "prices are of today; answers that the log already has cost nothing; limits on calls a minute are"
            " not reckoned with",
        ),
    )


def _cluster_size(dataset: Dataset) -> tuple[float, int]:
    """How many samples a cluster has, uneven ones counting as fewer clusters; and how many there are."""
    names = [sample.cluster for sample in dataset]
    _, groups = present([0.0] * len(names), names)
    if groups is None:
        return 1.0, len(names)
    return len(names) / independent(len(names), groups), len(Counter(groups.tolist()))


def _about_clusters(size: float, clusters: int, *, guessed: bool) -> tuple[str, ...]:
    if size == 1:
        return ()
    alike = f"alike by {ICC:g} (intraclass correlation, a guess)" if guessed else "as alike as in the pilot"
    return (f"samples in {clusters} clusters, {alike}; more samples are taken to be more clusters",)


def _usd(amount: Decimal) -> str:
    return f"${amount:,.2f}" if amount >= 1 else f"${amount:.4f}"


def _points(difference: float) -> str:
    return f"{100 * difference:.1f} points".replace(".0 ", " ")
