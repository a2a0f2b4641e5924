"""A run over a data set in front of a person, against the simulator."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from served import Steered

from workbench.analysis.results import summary
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError, DataError
from workbench.evals.dataset import Dataset, Sample, load_dataset
from workbench.widgets.dataset_run.dataset_run import PAINT_S, DatasetRun, dataset_run
from workbench.widgets.panes.words import money

MODELS = ["sim/swift", "sim/local"]
WHAT_COUNTS = ["model", "sample", "epoch", "status", "value", "label", "text"]


@pytest.fixture
def client(tmp_path: Path, simulated: Settings) -> Client:
    return Client(home=tmp_path / "home", settings=simulated, attempts=1, concurrency=4)


@pytest.fixture
def dataset(questions_path: Path) -> Dataset:
    return load_dataset(questions_path)


def answers_of(run: DatasetRun) -> pd.DataFrame:
    return run.answers[WHAT_COUNTS].sort_values(["model", "sample", "epoch"]).reset_index(drop=True)


async def done(run: DatasetRun, calls: int) -> None:
    """Wait until the page shows that so many calls have ended."""
    loop, painted = asyncio.get_running_loop(), asyncio.Event()

    def look(_: object) -> None:
        if run.monitor.now().done >= calls:
            loop.call_soon_threadsafe(painted.set)

    run._shown._headline.observe(look, "value")
    look(None)
    await asyncio.wait_for(painted.wait(), timeout=20)
    run._shown._headline.unobserve(look, "value")


async def test_a_run_says_that_the_log_cannot_be_written(
    tmp_path: Path, simulated: Settings, dataset: Dataset
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "journal").symlink_to(tmp_path / "disk")  # which is not there yet
    client = Client(home=home, settings=simulated)
    run = dataset_run(client, MODELS[:1], dataset.take(2))
    assert "cannot be written" not in run.static_html()
    await run.run()
    assert (run.monitor.now().state, run.monitor.now().done) == ("done", 2)
    assert "cannot be written" in run.static_html()
    (tmp_path / "disk").mkdir()
    client.recorder.close()  # writes what waits
    assert len(run.answers) == 2
    assert "cannot be written" not in run.static_html()


async def test_the_numbers_of_a_run_are_those_of_its_answers(client: Client, dataset: Dataset) -> None:
    run = dataset_run(client, MODELS, dataset.take(20), epochs=2, temperature=0)
    assert (run.monitor.now().state, len(run.answers)) == ("ready", 0)
    await run.run()
    now = run.monitor.now()
    assert (now.state, now.done, now.total, now.errors, run.problems) == ("done", 80, 80, 0, {})
    table = summary(run.answers)
    for shown, known in zip(now.models, table.to_dict("records"), strict=True):
        assert (shown.model, shown.done) == (known["model"], known["calls"])
        assert shown.accuracy.value == pytest.approx(known["accuracy"])
        assert shown.accuracy.low == pytest.approx(known["accuracy_low"], nan_ok=True)
        assert shown.accuracy.n == known["n"] == 20
        # Undefined where a busy machine made all of them useless.
        assert shown.duration_p50_s.value == pytest.approx(known["duration_p50_s"], nan_ok=True)
        assert shown.duration_p50_s.low == pytest.approx(known["duration_p50_low_s"], nan_ok=True)
        assert shown.ttft_p50_s.value == pytest.approx(known["ttft_p50_s"], nan_ok=True)
        assert float(shown.cost_usd) == pytest.approx(known["cost_usd"])
    assert (run.start_button.disabled, run.stop_button.disabled) == (True, True)


async def test_stop_keeps_what_was_answered_and_resume_asks_only_the_rest(
    client: Client, dataset: Dataset
) -> None:
    run = dataset_run(client, ["sim/sage"], dataset, cache=False)
    run.start_button.click()
    assert (run.start_button.disabled, run.stop_button.disabled) == (True, False)
    await done(run, 5)
    run.stop_button.click()
    await run.ended()
    stopped = run.monitor.now()
    assert stopped.state == "stopped"
    assert 5 <= stopped.done < 40
    assert (run.start_button.description, run.start_button.disabled) == ("Resume", False)
    answered = (run.answers["status"] == "ok").sum()
    assert answered >= stopped.done - stopped.errors
    run.start_button.click()
    await run.ended()
    ended = run.monitor.now()
    assert (ended.state, ended.done, ended.from_log) == ("done", 40, answered)
    assert ended.models[0].accuracy.n == summary(run.answers)["n"].item()


async def test_a_new_object_with_the_same_experiment_shows_it_and_goes_on(
    client: Client, dataset: Dataset, tmp_path: Path, simulated: Settings
) -> None:
    first = dataset_run(client, MODELS, dataset.take(20), experiment="mine", cache=False)
    first.press_start()
    await done(first, 7)
    first.stop()
    await first.ended()
    again = Client(home=tmp_path / "home", settings=simulated)
    second = dataset_run(again, MODELS, dataset.take(20), experiment="mine", cache=False)
    answered = (first.answers["status"] == "ok").sum()
    await done(second, answered)
    assert second.monitor.now().state == "stopped"
    assert second.start_button.description == "Resume"
    await second.run()
    other = Client(home=tmp_path / "other", settings=simulated)
    undisturbed = dataset_run(other, MODELS, dataset.take(20))
    await undisturbed.run()
    pd.testing.assert_frame_equal(answers_of(second), answers_of(undisturbed))
    for one, two in zip(second.monitor.now().models, undisturbed.monitor.now().models, strict=True):
        assert (one.accuracy, one.cost_usd, one.done) == (two.accuracy, two.cost_usd, two.done)


async def test_stop_right_after_the_start_ends_it_and_it_can_start_again(
    client: Client, dataset: Dataset
) -> None:
    run = dataset_run(client, MODELS, dataset.take(2), autostart=True)
    run.stop()
    await asyncio.wait_for(run.ended(), timeout=10)
    assert run.monitor.now().state == "stopped"
    await run.run()
    assert run.monitor.now().done == 4


async def test_a_run_that_is_under_way_is_not_started_twice(client: Client, dataset: Dataset) -> None:
    run = dataset_run(client, ["sim/sage"], dataset, autostart=True)
    with pytest.raises(ConfigError, match="under way"):
        await run.run()
    run.press_start()
    assert run.monitor.state == "running"
    run.stop()
    await run.ended()


async def test_what_failed_is_shown_with_what_to_do_and_asked_again(
    client: Client, dataset: Dataset, steered: Steered
) -> None:
    await steered.fault("context_length", model="swift")
    run = dataset_run(client, ["sim/swift"], dataset.take(6))
    await run.run()
    assert (run.monitor.now().state, run.monitor.now().errors) == ("done", 1)
    page = run.static_html()
    assert "Done, but 1 call failed: Resume asks those again, and no others." in page
    assert "ContextLengthError" in page
    assert "Shorten the prompt" in page
    assert not run.start_button.disabled
    await run.run()
    now = run.monitor.now()
    assert (now.errors, now.done, now.from_log, now.troubles) == (0, 6, 5, ())


async def test_a_model_that_nobody_knows_is_given_up_and_the_page_says_why(
    client: Client, dataset: Dataset
) -> None:
    run = dataset_run(client, ["sim/swift", "sim/swiff"], dataset)
    await run.run()
    now = run.monitor.now()
    assert now.errors + now.skipped == 40
    assert list(run.problems) == ["sim/swiff"]
    page = run.static_html()
    assert f"{now.skipped} not asked" in page
    assert "Pick another model" in page


@pytest.mark.parametrize(
    ("models", "data", "words"),
    [
        (["nobody/swift"], "first_walk", "unknown provider &#x27;nobody&#x27;"),
        (["openai/gpt-5.4-mini"], "first_walk", "OPENAI_API_KEY"),
        (MODELS, "no_such_file", "no data set &#x27;no_such_file&#x27;"),
    ],
    ids=["provider", "key", "data"],
)
async def test_what_cannot_be_asked_is_said_before_the_start_and_raised_by_run(
    client: Client, models: list[str], data: str, words: str
) -> None:
    run = dataset_run(client, models, data)
    assert words in run.static_html()
    run.start_button.click()
    assert words in run._shown._status.value
    with pytest.raises((ConfigError, DataError)):
        await run.run()
    assert run.monitor.now().state == "failed"
    assert not run.start_button.disabled
    assert run.answers.empty


async def test_a_run_that_breaks_off_says_why(client: Client, dataset: Dataset) -> None:
    run = dataset_run(client, ["sim/swift"], dataset.take(3), temprature=0)
    with pytest.raises(ConfigError, match="temprature"):
        await run.run()
    assert "temprature" in run._shown._status.value
    assert (run.monitor.now().state, run.running) == ("failed", False)


async def test_an_experiment_with_other_samples_is_refused_before_anything_is_sent(
    client: Client, dataset: Dataset
) -> None:
    await dataset_run(client, ["sim/swift"], dataset.take(3), experiment="mine").run()
    run = dataset_run(client, ["sim/swift"], dataset.take(4), experiment="mine")
    with pytest.raises(ConfigError, match="other data"):
        await run.run()
    assert "other data" in run.static_html()
    assert len(run.answers) == 3


async def test_the_page_is_painted_a_few_times_a_second_however_fast_the_calls_end(
    client: Client, dataset: Dataset
) -> None:
    run = dataset_run(client, ["sim/swift"], dataset, epochs=5, cache=False)
    painted: list[Any] = []
    run._shown._headline.observe(painted.append, "value")
    await run.run()
    elapsed = run.monitor.now().elapsed_s
    assert elapsed is not None
    assert 1 <= len(painted) <= elapsed / PAINT_S + 3  # and the start, the end
    assert run.monitor.now().done == 200


async def test_every_number_is_in_the_static_form_and_markup_is_text(
    client: Client, dataset: Dataset
) -> None:
    hostile = Dataset(name="<img src=x onerror=alert(1)>", samples=dataset.take(3).samples)
    run = dataset_run(client, ["sim/swift"], hostile, experiment="<b>mine</b>")
    await run.run()
    page = run.static_html()
    assert "<img" not in page
    assert "<b>mine" not in page
    now = run.monitor.now()
    for number in ("3 of 3 (100 %)", money(now.cost_usd), now.models[0].accuracy.percent()):
        assert number in page
    assert run.static_text().startswith("Experiment <b>mine</b>: done, 3 of 3 calls, 0 errors, $")


async def test_a_run_compares_prompts_by_scorers_of_ones_own_and_goes_on(
    client: Client, dataset: Dataset
) -> None:
    def brief(text: str, sample: Sample) -> bool:
        return len(text) < 300

    asked: dict[str, Any] = {
        "prompt": {"plain": "{input}", "kind": "Please: {input}"},
        "scorers": [brief, "exact"],
    }
    run = dataset_run(client, MODELS[:1], dataset.take(6), **asked, max_tokens=20)
    assert "1 models × 2 prompts × 6 samples" in run.static_html()
    await run.run()
    assert [model.model for model in run.monitor.now().models] == ["sim/swift [plain]", "sim/swift [kind]"]
    assert [model.accuracy.value for model in run.monitor.now().models] == [1.0, 1.0]
    again = dataset_run(
        client, MODELS[:1], dataset.take(6), experiment=run.experiment, **asked, max_tokens=20
    )
    await again.run()
    assert len(client.log.calls()) == 12


async def test_a_run_that_a_budget_ended_says_so_and_can_go_on(client: Client, dataset: Dataset) -> None:
    run = dataset_run(client, MODELS, dataset.take(4), budget_calls=5, max_tokens=20)
    await run.run()
    assert run.monitor.now().done == 5
    assert "Ended early: the budget of 5 calls is used up" in run.static_html()
    assert (run.start_button.description, run.start_button.disabled) == ("Resume", False)
    await run.run()
    assert (run.monitor.now().done, "Ended early" in run.static_html()) == (8, False)
