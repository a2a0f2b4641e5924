"""Ask what a baseline was asked, once more: the candidate of a regression report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from workbench.analysis.regression.baselines import Baseline, check_comparable, find_baseline
from workbench.analysis.regression.watching import until_not_worse
from workbench.analysis.sequential.not_worse import UntilNotWorse
from workbench.client import Client
from workbench.errors import DataError
from workbench.evals.dataset import Dataset
from workbench.evals.experiment import Experiment
from workbench.evals.planned import settings_of
from workbench.evals.progress import EvaluationProgress
from workbench.evals.prompts import Prompts
from workbench.evals.runs import evaluate
from workbench.evals.start import find_models
from workbench.log.writer import check_writable


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Asked:
    """What was asked for a report.

    Attributes:
        made: An experiment for each data set, in their order.
        models: Which models were asked.
    """

    made: tuple[Experiment, ...]
    models: tuple[str, ...]

    @property
    def experiments(self) -> list[str]:
        """Their ids, as `workbench.regression` takes them."""
        return [experiment.id for experiment in self.made]

    @property
    def problems(self) -> list[str]:
        """Why a model could not be asked, or how a run was stopped, one sentence each."""
        said = [words for experiment in self.made for words in experiment.problems.values()]
        # Not how many calls that saved: it hangs on which were under way.
        return [
            *dict.fromkeys(said),
            *(f"Stopped early: {each.stopped}" for each in self.made if each.stopped),
        ]

    def __repr__(self) -> str:
        asked = [f"{each.id}: {each.dataset}, {each.samples} samples × {each.epochs}" for each in self.made]
        return "\n".join([f"Asked {', '.join(self.models)}", *asked, *self.problems])


async def measure(
    client: Client,
    models: Sequence[str],
    datasets: Sequence[Dataset],
    *,
    baseline: str = "",
    instead_of: Mapping[str, str] | None = None,
    overlap: bool = False,
    smoke: bool = False,
    prompt: Prompts = None,
    epochs: int = 1,
    budget_usd: Decimal | float | None = None,
    on_progress: Callable[[EvaluationProgress], None] | None = None,
    **params: Any,
) -> Asked:
    """Ask models every sample of some data sets anew, in order to compare them with a baseline.

    What could not be compared is refused before anything is sent. A client that replays an experiment gives
    that one, as it was.

    Args:
        client: Who asks.
        models: `provider/model` each; none: those of the baseline, and without one what can be reached.
        datasets: An experiment each.
        baseline: A reference as for `workbench.regression`; empty where there is none yet.
        instead_of: Whose place in the baseline a model takes: `{"openai/new": "openai/old"}`.
        overlap: Whether a baseline of other samples, prompts or scorers will do.
        smoke: Whether to stop as soon as it is known whether quality fell: see `until_not_worse`.
        prompt: As for `workbench.evaluate`; likewise the others.
        epochs: See there.
        budget_usd: See there; for each data set.
        on_progress: See there.
        params: See there.

    Raises:
        ConfigError: No such baseline, or it cannot be compared with; `smoke` without one; or what `evaluate`
            refuses.
        DataError: See `workbench.evaluate` and `find_baseline`; or the log cannot be written, or no call
            was made, as under a budget that allows none.
    """
    places = dict(instead_of or {})
    replayed = None if client.recording is None else client.recording.experiment
    if replayed is None:
        check_writable(client.home)
    found = [_found(client, baseline, dataset, replayed, overlap) for dataset in datasets if baseline]
    if found and not models and replayed is None:
        models = _in_places(found[0], places)
    asked = (await find_models(client, models)).models
    watches: list[UntilNotWorse | None] = []
    # All of it before the first data set costs anything.
    for place, dataset in enumerate(datasets):
        settings = settings_of(client, asked, dataset, prompt=prompt, **params)
        if baseline:
            then = found[place].measured.in_places(places)
            check_comparable(then, dataset, settings, overlap=overlap)
        watch = None
        if smoke:
            watch = until_not_worse(
                client.log, baseline, dataset, overlap=overlap, before=replayed, instead_of=places
            )
            watch.begin([sample.id for sample in dataset.samples], [*settings], epochs)
        watches.append(watch)
    made = []
    for dataset, watch in zip(datasets, watches, strict=True):
        made.append(
            await evaluate(
                client,
                asked,
                dataset,
                prompt=prompt,
                epochs=epochs,
                refresh=True,
                budget_usd=budget_usd,
                until=watch,
                on_progress=on_progress,
                **params,
            )
        )
        if replayed is None and client.log.calls(experiment=made[-1].id, limit=1).empty:
            why = "; ".join(filter(None, [*made[-1].problems.values(), made[-1].stopped]))
            raise DataError(f"nothing was asked of {dataset.name!r}: {why}")
    return Asked(made=tuple(map(_ended, made, watches)), models=tuple(asked))


def _ended(made: Experiment, watch: UntilNotWorse | None) -> Experiment:
    """What was made, with why it was stopped; whether anything was left to ask by then is chance."""
    if watch is not None and watch.reason and watch.asked < made.samples:
        return replace(made, stopped=watch.reason)
    return made


def _found(client: Client, baseline: str, dataset: Dataset, replayed: str | None, overlap: bool) -> Baseline:
    return find_baseline(
        client.log,
        baseline,
        dataset=dataset.name,
        dataset_hash=dataset.hash,
        before=replayed,
        overlap=overlap,
    )


def _in_places(baseline: Baseline, places: Mapping[str, str]) -> list[str]:
    """The models of a baseline, and those that take the place of one."""
    new = {old: name for name, old in places.items()}
    # Where prompts are compared, too, a label is the model and then the prompt in brackets.
    known = dict.fromkeys(label.partition(" [")[0] for label in baseline.measured.models)
    return [new.get(model, model) for model in known]
