"""Evaluations against the simulator that end when it is known whether a model got worse than its baseline."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from served import ANSWER, serving

from workbench.analysis.regression import regression
from workbench.analysis.regression.measured import Measured, measured
from workbench.analysis.regression.smoke import Smoke, smoke
from workbench.analysis.regression.watching import until_not_worse
from workbench.analysis.results import experiments, results
from workbench.analysis.sequential.not_worse import UntilNotWorse
from workbench.analysis.sequential.until import until_decided
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.evals.dataset import Dataset, Sample, load_dataset
from workbench.evals.experiment import Experiment
from workbench.evals.progress import EvaluationProgress
from workbench.evals.runs import evaluate
from workbench.report import measure

MODEL = "sim/swift"
RIGHT = {"of ten": 9}


def by_number(_: str, sample: Sample) -> float:
    """So many of ten samples are right, whatever is said."""
    return float(int(sample.id) % 10 < RIGHT["of ten"])


@pytest.fixture(autouse=True)
def _as_good_as_before() -> Iterator[None]:
    RIGHT["of ten"] = 9
    yield
    RIGHT["of ten"] = 9


@pytest.fixture
async def client(tmp_path: Path, simulated: Settings) -> AsyncIterator[Client]:
    async with Client(home=tmp_path / "home", settings=simulated, attempts=1, concurrency=4) as client:
        yield client


@pytest.fixture
def dataset() -> Dataset:
    return load_dataset([{"id": f"{k}", "input": f"Question {k}?"} for k in range(50)], name="fifty")


@pytest.fixture
async def baseline(client: Client, dataset: Dataset) -> Measured:
    await asked(client, dataset, experiment="before")
    return measured(client.log, "before")


async def asked(
    client: Client, dataset: Dataset, until: UntilNotWorse | None = None, **how: object
) -> Experiment:
    return await evaluate(client, [MODEL], dataset, scorers=[by_number], until=until, **how)  # type: ignore[arg-type]


def watching(client: Client, dataset: Dataset, baseline: str = "before") -> UntilNotWorse:
    return until_not_worse(client.log, baseline, dataset, margin=0.2)


def decided(client: Client, experiment: str, baseline: Measured) -> Smoke:
    """What the log alone says of the model's quality."""
    [one] = smoke(baseline, measured(client.log, experiment), alpha=0.05, margin=0.05).values()
    return one


async def test_it_ends_when_the_model_is_known_not_to_be_worse_and_the_log_says_so_again(
    client: Client, dataset: Dataset, baseline: Measured
) -> None:
    until = watching(client, dataset, "last")
    ended = await asked(client, dataset, until, experiment="after")
    assert until.falls[0].verdict == "same"
    assert ended.stopped == (
        f"decided after {until.asked} of 50 samples: sim/swift is same (not worse by 20 points)"
    )
    made = results(client.log, "after")
    assert until.asked <= len(made) <= until.asked + 4
    assert ended.calls_saved == 50 - len(made) > 15
    assert not made["cached"].any()  # though the log had the answers: the baseline's own
    [change] = regression(client.log, "after", "before").changes
    assert (change.metric, change.verdict, change.margin) == ("quality", "same", 0.2)
    assert change.difference == decided(client, "after", baseline).difference
    assert change.difference.change == until.falls[0].difference
    assert change.difference.method == f"e-values, stopped after {until.asked} of 50 samples"
    assert change.note == f"stopped after {until.asked} of 50 samples; not worse by 20 points"
    assert experiments(client.log).set_index("experiment")["complete"].to_dict() == {
        "after": False,
        "before": True,
    }


async def test_a_model_that_fell_is_found_after_a_part_of_the_calls(
    client: Client, dataset: Dataset, baseline: Measured
) -> None:
    RIGHT["of ten"] = 5
    until = watching(client, dataset)
    await asked(client, dataset, until, experiment="after")
    assert until.falls[0].verdict == "worse"
    assert until.asked < 35
    assert regression(client.log, "after", "before").worse
    assert decided(client, "after", baseline).difference.p_worse == until.falls[0].p_worse < 0.05
    assert until.falls[0].difference.high < 0


class KilledError(Exception):
    """As if the process was killed."""


async def test_a_run_that_was_cut_off_again_and_again_decides_as_one_that_was_not(
    client: Client, dataset: Dataset, baseline: Measured
) -> None:
    def cut_off(now: EvaluationProgress) -> None:
        if now.done == 15:
            raise KilledError

    RIGHT["of ten"] = 5
    until = watching(client, dataset)
    await asked(client, dataset, until, experiment="whole")
    poor = await asked(client, dataset, until, experiment="cut", budget_calls=8)
    assert poor.stopped == "the budget of 8 calls is used up"
    first = decided(client, "cut", baseline)
    assert first.verdict == "undecided"
    assert first.note == "stopped after 8 of 50 samples; by its budget of 8 calls"
    assert first.needed is not None
    with pytest.raises(KilledError):
        await asked(client, dataset, until, experiment="cut", on_progress=cut_off)
    await asked(client, dataset, until, experiment="cut")
    whole, cut = (decided(client, name, baseline) for name in ("whole", "cut"))
    assert whole.verdict == cut.verdict == until.falls[0].verdict == "worse"
    assert whole.difference == cut.difference
    # What is asked to its end all the same is judged as it was when it was stopped.
    await asked(client, dataset, experiment="cut", refresh=True)
    assert decided(client, "cut", baseline).difference == cut.difference


async def test_samples_that_are_asked_more_often_than_then_are_judged_so_while_it_runs_too(
    client: Client, dataset: Dataset, baseline: Measured
) -> None:
    for epochs in (1, 2):
        until = watching(client, dataset)
        await asked(client, dataset, until, experiment=f"after {epochs}", epochs=epochs, budget_calls=4)
        assert until.falls[0].even == (epochs == 1)
        assert decided(client, f"after {epochs}", baseline).difference.change == until.falls[0].difference


async def test_a_report_says_when_it_was_decided_though_all_was_under_way_by_then(
    client: Client, dataset: Dataset
) -> None:
    twelve = dataset.take(12)
    await asked(client, twelve, experiment="before")
    made = await measure(client, [MODEL], [twelve], baseline="before", smoke=True, scorers=[by_number])
    assert made.problems == [
        "Stopped early: the rest would hardly decide it, after 10 of 12 samples: sim/swift is undecided"
    ]


async def test_a_provider_that_goes_down_leaves_it_undecided_and_the_log_whole(
    tmp_path: Path, dataset: Dataset
) -> None:
    made = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal made
        await request.read()
        made += 1
        return web.json_response(ANSWER) if made <= 50 + 15 else web.json_response({}, status=503)

    async with serving(answer) as url:
        settings = Settings(project=tmp_path, values={"OPENAI_COMPATIBLE_BASE_URL": url})
        async with Client(home=tmp_path / "home", settings=settings, attempts=1, concurrency=4) as client:
            models = ["openai_compatible/m"]
            await evaluate(client, models, dataset, scorers=[by_number], experiment="before")
            until = watching(client, dataset)
            ended = await evaluate(
                client, models, dataset, scorers=[by_number], until=until, experiment="down"
            )
    assert until.falls[0].verdict == "undecided"
    assert "the rest would hardly decide it" in ended.stopped
    assert results(client.log, "down")["status"].value_counts()["ok"] == 15
    one = decided(client, "down", measured(client.log, "before"))
    assert one.verdict == "undecided"
    assert "answers that failed, which count against any decision" in one.note


async def test_who_looked_for_something_else_is_judged_by_evidence_that_allows_it(
    client: Client, dataset: Dataset, baseline: Measured
) -> None:
    RIGHT["of ten"] = 4
    models = [MODEL, "sim/local"]
    until = until_decided()
    how = {"scorers": [by_number], "until": until, "experiment": "after", "refresh": True}
    await evaluate(client, models, dataset, **how)  # type: ignore[arg-type]
    change = decided(client, "after", baseline)
    assert change.verdict == "worse"
    # What was under way when it was stopped has ended, and tells as much as the rest.
    assert until.asked <= change.difference.n <= until.asked + 4
    assert change.difference.method == f"e-values, stopped after {change.difference.n} of 50 samples"


async def test_what_can_not_be_compared_with_is_refused_before_it_costs_anything(
    client: Client, dataset: Dataset, baseline: Measured
) -> None:
    until = watching(client, dataset)
    with pytest.raises(ConfigError, match="baseline before has no score of sim/sage: it has sim/swift"):
        await evaluate(client, ["sim/sage", MODEL], dataset, scorers=[by_number], until=until)
    assert len(client.log.calls()) == 50
    # Nor does a report begin, with whatever data set.
    told = "what is to be asked and its baseline before have no model in common: sim/sage, sim/local against"
    for models, early, words in (
        (["sim/sage", "sim/local"], False, told),
        (["sim/sage", MODEL], True, "no score of sim/sage"),
    ):
        with pytest.raises(ConfigError, match=words):
            await measure(client, models, [dataset], baseline="before", smoke=early, scorers=[by_number])
    assert len(client.log.calls()) == 50
    with pytest.raises(ConfigError, match="the same samples"):
        watching(client, dataset.take(9))
    await asked(client, dataset, watching(client, dataset), experiment="after")
    with pytest.raises(ConfigError, match=r"baseline after was stopped early, after \d+ of 50 samples"):
        until_not_worse(client.log, "after", dataset)
    # The last one that was asked to its end is another.
    assert watching(client, dataset, "last").baseline["experiment"] == "before"


@pytest.mark.parametrize(("options", "words"), [({"alpha": 2}, "alpha is 2"), ({"margin": 0}, "margin is 0")])
async def test_arguments_out_of_range_are_refused_by_name(
    client: Client, dataset: Dataset, options: dict[str, float], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        until_not_worse(client.log, "last", dataset, **options)  # type: ignore[arg-type]
