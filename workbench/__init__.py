"""A Jupyter-first workbench for evaluating language models.

```python
import workbench as wb

client = wb.Client()
answer = await client.chat("ollama/llama3.2", "What is the capital of France?")
wb.log.usage(by=["provider", "model"])
```

Names load when they are first used, so that `import workbench` takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench import log, plots, report
    from workbench.analysis.agreement import agreement_table
    from workbench.analysis.comparing.comparison import comparison
    from workbench.analysis.ensembles.table import ensembles
    from workbench.analysis.flakiness import flaky
    from workbench.analysis.forensics import forensics
    from workbench.analysis.judging import judge_trial, labelled_estimate, next_to_label
    from workbench.analysis.planning.plan import plan
    from workbench.analysis.rankings.ranking import ranking
    from workbench.analysis.raters import raters_of
    from workbench.analysis.regression import check_baseline, regression
    from workbench.analysis.regression.drift import drift
    from workbench.analysis.regression.watching import until_not_worse
    from workbench.analysis.results import (
        agreement,
        agreement_in_words,
        disagreements,
        experiments,
        results,
        summary,
    )
    from workbench.analysis.sequential.until import until_decided
    from workbench.analysis.summaries import by_category
    from workbench.bridge import run
    from workbench.calls import Chunk, Completion, File, Image, Message, Text, Timeouts, Tool
    from workbench.client import Client, Embeddings, ToolRun
    from workbench.config import Limits
    from workbench.errors import CallError, ConfigError, DataError, OutputError, WorkbenchError
    from workbench.evals import scorers
    from workbench.evals.dataset import Dataset, Sample, load_dataset
    from workbench.evals.rescoring import rescore
    from workbench.evals.runs import evaluate
    from workbench.evals.start import find_models, simulate
    from workbench.pairwise.judging import judge_pairs
    from workbench.providers import Host, register
    from workbench.widgets.dataset_run.dataset_run import dataset_run
    from workbench.widgets.frames import show
    from workbench.widgets.interactive import interactive
    from workbench.widgets.labelling.labeller import labeller
    from workbench.widgets.playground.playground import playground
    from workbench.widgets.progress import progress_bar

_ROOMS = {
    "CallError": "errors",
    "Chunk": "calls",
    "Client": "client",
    "Completion": "calls",
    "ConfigError": "errors",
    "DataError": "errors",
    "Dataset": "evals.dataset",
    "Embeddings": "client",
    "File": "calls",
    "Host": "providers",
    "Image": "calls",
    "Limits": "config",
    "Message": "calls",
    "OutputError": "errors",
    "Sample": "evals.sample",
    "Text": "calls",
    "Timeouts": "calls",
    "Tool": "calls",
    "ToolRun": "client",
    "WorkbenchError": "errors",
    "agreement": "analysis.results",
    "agreement_in_words": "analysis.results",
    "agreement_table": "analysis.agreement",
    "by_category": "analysis.summaries",
    "check_baseline": "analysis.regression",
    "comparison": "analysis.comparing.comparison",
    "dataset_run": "widgets.dataset_run.dataset_run",
    "disagreements": "analysis.results",
    "drift": "analysis.regression.drift",
    "ensembles": "analysis.ensembles",
    "evaluate": "evals.runs",
    "experiments": "analysis.results",
    "find_models": "evals.start",
    "flaky": "analysis.flakiness",
    "forensics": "analysis.forensics",
    "interactive": "widgets.interactive",
    "judge_pairs": "pairwise.judging",
    "judge_trial": "analysis.judging",
    "labelled_estimate": "analysis.judging",
    "labeller": "widgets.labelling.labeller",
    "load_dataset": "evals.dataset",
    "load_ipython_extension": "magics",  # what `%load_ext workbench` looks for
    "next_to_label": "analysis.judging",
    "plan": "analysis.planning.plan",
    "playground": "widgets.playground.playground",
    "progress_bar": "widgets.progress",
    "ranking": "analysis.rankings.ranking",
    "raters_of": "analysis.raters",
    "register": "providers",
    "regression": "analysis.regression",
    "rescore": "evals.rescoring",
    "results": "analysis.results",
    "run": "bridge",
    "show": "widgets.frames",
    "simulate": "evals.start",
    "summary": "analysis.summaries",
    "until_decided": "analysis.sequential",
    "until_not_worse": "analysis.regression.watching",
}
_MODULES = {"log": "log", "plots": "plots", "report": "report", "scorers": "evals.scorers"}

__all__ = [
    "CallError",
    "Chunk",
    "Client",
    "Completion",
    "ConfigError",
    "DataError",
    "Dataset",
    "Embeddings",
    "File",
    "Host",
    "Image",
    "Limits",
    "Message",
    "OutputError",
    "Sample",
    "Text",
    "Timeouts",
    "Tool",
    "ToolRun",
    "WorkbenchError",
    "agreement",
    "agreement_in_words",
    "agreement_table",
    "by_category",
    "check_baseline",
    "comparison",
    "dataset_run",
    "disagreements",
    "drift",
    "ensembles",
    "evaluate",
    "experiments",
    "find_models",
    "flaky",
    "forensics",
    "interactive",
    "judge_pairs",
    "judge_trial",
    "labelled_estimate",
    "labeller",
    "load_dataset",
    "log",
    "next_to_label",
    "plan",
    "playground",
    "plots",
    "progress_bar",
    "ranking",
    "raters_of",
    "register",
    "regression",
    "report",
    "rescore",
    "results",
    "run",
    "scorers",
    "show",
    "simulate",
    "summary",
    "until_decided",
    "until_not_worse",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"workbench.{_MODULES[name]}")
    if name in _ROOMS:
        return getattr(import_module(f"workbench.{_ROOMS[name]}"), name)
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
