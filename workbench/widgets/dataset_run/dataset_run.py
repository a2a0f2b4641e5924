"""A run over a data set with a monitor: Start, Stop and Resume, and how it stands meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.analysis.results import RESULTS
from workbench.bridge import background_loop, ended, submit
from workbench.client import Cache, Client
from workbench.errors import ConfigError, WorkbenchError
from workbench.evals.dataset import Dataset
from workbench.evals.experiment import new_experiment_id
from workbench.evals.prompts import Prompts
from workbench.evals.runs import evaluate
from workbench.evals.scorers import Scoring
from workbench.evals.stopping import Stopping
from workbench.widgets.dataset_run import run_html
from workbench.widgets.dataset_run.monitor import Monitor
from workbench.widgets.dataset_run.run_plan import RunPlan
from workbench.widgets.dataset_run.run_state import RunState
from workbench.widgets.dataset_run.run_view import RunView
from workbench.widgets.showing import Showing

# However fast the calls end: a page that is redrawn for each of them stands still.
PAINT_S = 0.25
# A kernel that is killed leaves the notebook with numbers of a moment ago.
KEEP_EVERY = 20
# Options of `evaluate` that say how, and not what, is asked.
_HOW = frozenset({"cache", "budget_usd", "budget_calls", "until"})


class DatasetRun(Showing):
    """A run over a data set, watched and steered; made by `dataset_run`.

    The work runs on the workbench's background loop, so that cells and widget do not wait for each other.

    Attributes:
        experiment: The name under which the log has it, and under which it can go on.
        problems: Models that gave no answer, or were given up, and why; filled when the run has ended.
        monitor: How it stands, in numbers: `monitor.now()`.
        start_button: Starts it, or goes on with it.
        stop_button: Ends it at once.
        view: All of it together, to be put into a layout of your own.
    """

    def __init__(
        self,
        client: Client,
        models: Sequence[str],
        dataset: Dataset | str | Path,
        *,
        epochs: int,
        experiment: str | None,
        options: Mapping[str, Any],
    ) -> None:
        self._client, self._models, self._dataset, self._epochs = client, models, dataset, epochs
        self._options = options
        recorded = None if client.recording is None else client.recording.experiment
        self.experiment = experiment or recorded or new_experiment_id()
        self.problems: Mapping[str, str] = {}
        self._plan: RunPlan | None = None
        self.monitor = Monitor((), 0)
        self._work: Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._painting = threading.Lock()
        self._shown = RunView()
        self.view = self._shown.box
        self.start_button, self.stop_button = self._shown.start_button, self._shown.stop_button
        self.start_button.on_click(lambda _: self.press_start())
        self.stop_button.on_click(lambda _: self.stop())
        with suppress(WorkbenchError):  # said in the widget
            plan = self._make_plan()
            if experiment is not None and recorded is None:
                submit(self._look(plan, self.monitor))

    @property
    def running(self) -> bool:
        """Whether it is under way, or is being put away."""
        return self.monitor.state == "running" or self._task is not None

    @property
    def answers(self) -> pd.DataFrame:
        """What the log has of it now, as `workbench.results` gives it; no rows before the first call."""
        return self._client.log.sql(RESULTS, {"experiment": self.experiment, "scorer": None})

    async def run(self) -> None:
        """Do what the Start button does, and wait until it has ended or was stopped.

        Raises:
            ConfigError: A name, a key or a setting has to be mended first, or it is under way already.
            DataError: The data set or the log cannot be read.
        """
        self._start()
        await self.ended()

    async def ended(self) -> None:
        """Wait until what is under way, if anything, has ended; raises what it broke off with."""
        if self._work is not None:
            await ended(self._work)

    def press_start(self) -> None:
        """Start it, or go on with it; what is wrong is said in the widget."""
        with suppress(WorkbenchError):
            self._start()

    def stop(self) -> None:
        """End it at once, from any thread; what was answered is kept. Without a run it does nothing."""
        background_loop().call_soon_threadsafe(self._halt)

    def static_html(self) -> str:
        """All numbers, and what failed."""
        return run_html.page(self._title, self._now())

    def static_text(self) -> str:
        """How many calls are done, and what they cost."""
        now = self.monitor.now()
        done = f"{now.done} of {now.total} calls, {now.errors} errors, ${now.cost_usd:.4f}"
        return f"Experiment {self.experiment}: {now.state}, {done}"

    @property
    def _title(self) -> str:
        return f"Experiment {self.experiment}" + ("" if self._plan is None else f": {self._plan}")

    def _now(self) -> RunState:
        """How it stands, and whether the log is in trouble."""
        now = self.monitor.now()
        return replace(now, problem=now.problem or self._client.recorder.trouble)

    def _make_plan(self) -> RunPlan:
        """Look at what was asked for; what is wrong with it is shown, and raised."""
        self._plan, self.monitor = None, Monitor((), 0)
        try:
            asked = {name: value for name, value in self._options.items() if name not in _HOW}
            plan = RunPlan.of(
                self._client,
                self._models,
                self._dataset,
                self._epochs,
                prompt=asked.pop("prompt"),
                scorers=asked.pop("scorers"),
                params=asked,
            )
            self._plan, self.monitor = plan, plan.monitor()
        except WorkbenchError as error:
            self.monitor.fail(str(error))
            raise
        finally:
            self._paint()
        return plan

    async def _look(self, plan: RunPlan, monitor: Monitor) -> None:
        """See what the log has of an experiment that may have begun."""
        try:
            monitor.restore(await asyncio.to_thread(plan.answered, self._client, self.experiment))
        except WorkbenchError as error:
            monitor.fail(str(error))
        self._paint()
        self.keep()

    def _start(self) -> None:
        if self.running:
            raise ConfigError("This run is under way: wait for its end, or press Stop.")
        plan = self._make_plan()
        self.monitor.start()
        self._paint()
        self._work = submit(self._ask(plan, self.monitor))

    async def _ask(self, plan: RunPlan, monitor: Monitor) -> None:
        self._task = asyncio.current_task()
        painter = asyncio.create_task(self._keep_painting())
        try:
            monitor.finish(await self._evaluate(plan, monitor))
        except asyncio.CancelledError:
            monitor.stop()  # a way to end like others
        except Exception as error:
            monitor.fail(_words(error))
            raise
        finally:
            painter.cancel()
            self._task = None
            self._paint()
            self.keep()

    async def _evaluate(self, plan: RunPlan, monitor: Monitor) -> str:
        """Ask; gives why not everything was asked, empty where it was."""
        if monitor.state != "running":  # stopped before its turn came
            return ""
        ended = await evaluate(
            self._client,
            plan.models,
            plan.dataset,
            epochs=plan.epochs,
            experiment=self.experiment,
            on_progress=lambda progress: monitor.take(progress.last),
            **self._options,
        )
        self.problems = ended.problems
        return ended.stopped

    async def _keep_painting(self) -> None:
        for painted in count(1):
            await asyncio.sleep(PAINT_S)
            self._paint()
            if painted % KEEP_EVERY == 0:
                self.keep()

    def _paint(self) -> None:
        with self._painting:  # two threads paint: what is looked at first is not to be shown last
            self._shown.show(self._title, self._now(), busy=self.running)

    def _halt(self) -> None:
        # It says "stopped" now; what the client still has to put away does not keep the reader waiting.
        if self.monitor.state == "running":
            self.monitor.stop()
            if self._task is not None:
                self._task.cancel()
            self._paint()


def _words(error: Exception) -> str:
    if isinstance(error, WorkbenchError):
        return str(error)
    return (
        f"{type(error).__name__}: {error}. Nobody foresaw this one: `await run.ended()` raises it, with its "
        "traceback."
    )


def dataset_run(
    client: Client,
    models: Sequence[str],
    dataset: Dataset | str | Path,
    *,
    prompt: Prompts = None,
    scorers: Sequence[Scoring] | None = None,
    epochs: int = 1,
    experiment: str | None = None,
    cache: Cache = True,
    budget_usd: Decimal | float | None = None,
    budget_calls: int | None = None,
    until: Stopping | None = None,
    autostart: bool = False,
    **params: Any,
) -> DatasetRun:
    """Ask every model every sample of a data set, with a monitor: progress, errors, rate, cost, accuracy.

    In a notebook it is shown with its buttons; without a person, `await run.run()` and then show it. What
    was answered is in the log at once: after Stop, or in a new kernel, a run with the same `experiment` asks
    only the rest.

    Args:
        client: Who asks; its concurrency is how many calls of a provider are under way at once.
        models: `provider/model` each.
        dataset: What is asked: of `load_dataset`, or what that takes.
        prompt: A template that each sample is put into, or several by name, as in `evaluate`; likewise
            `scorers`, `epochs`, `cache`, `budget_usd`, `budget_calls` and `until`.
        scorers: See above.
        epochs: See above.
        experiment: The run's name, where it is known beforehand, or that of one that was begun.
        cache: See above.
        budget_usd: See above; the budget of one try, Resume has it anew.
        budget_calls: See above.
        until: See above.
        autostart: Start it without waiting for the button.
        **params: Parameters of `Client.chat`, the same for all calls.
    """
    options = {
        **params,
        "prompt": prompt,
        "scorers": scorers,
        "cache": cache,
        "budget_usd": budget_usd,
        "budget_calls": budget_calls,
        "until": until,
    }
    run = DatasetRun(client, models, dataset, epochs=epochs, experiment=experiment, options=options)
    if autostart:
        run.press_start()
    return run
