"""An experiment: its name, the names of its runs, and what became of its models."""

from __future__ import annotations

import html
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from workbench.evals.dataset import Sample
from workbench.evals.prompts import Prompt

ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another
_REASON = 200
_CELL = "text-align:left;vertical-align:top;overflow-wrap:anywhere"


@dataclass(frozen=True, kw_only=True, slots=True)
class Experiment:
    """Runs that are meant to be compared: one for each model, over the same samples.

    Attributes:
        id: Under which `workbench.results` and `--baseline` find it: UTC minute and four letters.
        models: The models, as `provider/model`, in the order given.
        dataset: The data set's name.
        samples: Samples of it that were asked.
        epochs: Times that each was asked.
        problems: Models that gave no answer, or were given up, and why.
        errors: How many calls failed, by model; of an experiment that went on, since then.
        unscored: How many answers could not be scored, by model, and why not the last of them; likewise.
        stopped: Why not everything was asked, in words; empty where it was.
        calls_saved: How many calls were not made for it.
        usd_saved: What they would have cost, had each cost what its model's calls did on the average; `None`
            where that is not known.
    """

    id: str
    models: tuple[str, ...]
    dataset: str
    samples: int
    epochs: int
    problems: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)
    unscored: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    stopped: str = ""
    calls_saved: int = 0
    usd_saved: Decimal | None = None

    def __repr__(self) -> str:
        lines = [f"{model}: {', '.join(self._facts(model))}" for model in self.models]
        stopped = [self.in_short()] if self.stopped else []
        return "\n".join([f"Experiment {self.id}: {self._asked()}", *stopped, *lines, self._further()])

    def _repr_html_(self) -> str:
        cells = [(model, " · ".join(self._facts(model))) for model in self.models]
        rows = "".join(
            f'<tr><th scope="row" style="{_CELL}">{html.escape(model)}</th>'
            f'<td style="{_CELL}">{html.escape(facts)}</td></tr>'
            for model, facts in cells
        )
        return (
            '<div class="mathjax_ignore tex2jax_ignore">'
            f"<p>Experiment <b>{html.escape(self.id)}</b>: {html.escape(self._asked())}</p>"
            f"{f'<p>{html.escape(self.in_short())}</p>' if self.stopped else ''}"
            f"<table><tbody>{rows}</tbody></table><p><code>{html.escape(self._further())}</code></p></div>"
        )

    def _asked(self) -> str:
        times = "" if self.epochs == 1 else f" × {self.epochs} epochs"
        return f"{self.samples} samples of {self.dataset}{times}"

    def in_short(self) -> str:
        """Why it stopped early, and what that saved."""
        usd = "" if self.usd_saved is None else f", about ${self.usd_saved:.4f}"
        return f"Stopped early, {self.calls_saved:,} calls were not made{usd}: {self.stopped}"

    def _facts(self, model: str) -> list[str]:
        failed = self.errors.get(model, 0)
        problem = [self.problems[model]] if model in self.problems else []
        count, reason = self.unscored.get(model, (0, ""))
        unscored = [f"{count} answers without a score: {reason:.{_REASON}}"] if count else []
        return [f"{failed} of {self.samples * self.epochs} calls failed", *problem, *unscored]

    def _further(self) -> str:
        return f"workbench.summary(workbench.results(client.log, {self.id!r}))"


def new_experiment_id(now: datetime | None = None) -> str:
    """A name that sorts by time and can be typed: `20261121-0805-k3fw`."""
    minute = (now or datetime.now(UTC)).strftime("%Y%m%d-%H%M")
    return f"{minute}-{''.join(secrets.choice(ID_LETTERS) for _ in range(4))}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A model that is asked a data set by one prompt.

    Attributes:
        id: What calls and scores name as their run.
        model: `provider/model`.
        prompt: How the samples are put; its name is `None` where the experiment has only one.
    """

    id: str
    model: str
    prompt: Prompt

    @property
    def label(self) -> str:
        """What its results are called: the model, and the prompt where there are several."""
        return self.model if self.prompt.name is None else f"{self.model} [{self.prompt.name}]"


Item = tuple[Run, Sample, int]
"""What is asked once: in which run, which sample, for the how manieth time, from 0."""


def runs_of(experiment: str, models: Iterable[str], prompts: Sequence[Prompt]) -> tuple[Run, ...]:
    """The runs of an experiment: each model by each prompt, models first."""
    return tuple(
        Run(id=run_id(experiment, model, prompt.name), model=model, prompt=prompt)
        for model in models
        for prompt in prompts
    )


def run_id(experiment: str, model: str, prompt: str | None = None) -> str:
    """The name of a model's run in an experiment."""
    return f"{experiment}:{model}" if prompt is None else f"{experiment}:{model} [{prompt}]"
