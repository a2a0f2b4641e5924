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
    from workbench import log, plots
    from workbench.analysis.regression import check_baseline, regression
    from workbench.analysis.results import (
        agreement,
        agreement_in_words,
        disagreements,
        experiments,
        results,
        summary,
    )
    from workbench.bridge import run
    from workbench.calls import Chunk, Completion, File, Image, Message, Text, Timeouts, Tool
    from workbench.client import Client, Embeddings, ToolRun
    from workbench.config import Limits
    from workbench.errors import CallError, ConfigError, DataError, OutputError, WorkbenchError
    from workbench.evals.dataset import load_dataset
    from workbench.evals.runs import evaluate
    from workbench.evals.start import find_models, simulate
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
    "Embeddings": "client",
    "File": "calls",
    "Host": "providers",
    "Image": "calls",
    "Limits": "config",
    "Message": "calls",
    "OutputError": "errors",
    "Text": "calls",
    "Timeouts": "calls",
    "Tool": "calls",
    "ToolRun": "client",
    "WorkbenchError": "errors",
    "agreement": "analysis.results",
    "agreement_in_words": "analysis.results",
    "check_baseline": "analysis.regression",
    "dataset_run": "widgets.dataset_run.dataset_run",
    "disagreements": "analysis.results",
    "evaluate": "evals.runs",
    "experiments": "analysis.results",
    "find_models": "evals.start",
    "interactive": "widgets.interactive",
    "labeller": "widgets.labelling.labeller",
    "load_dataset": "evals.dataset",
    "load_ipython_extension": "magics",  # what `%load_ext workbench` looks for
    "playground": "widgets.playground.playground",
    "progress_bar": "widgets.progress",
    "register": "providers",
    "regression": "analysis.regression",
    "results": "analysis.results",
    "run": "bridge",
    "show": "widgets.frames",
    "simulate": "evals.start",
    "summary": "analysis.results",
}
_MODULES = ("log", "plots")

__all__ = [
    "CallError",
    "Chunk",
    "Client",
    "Completion",
    "ConfigError",
    "DataError",
    "Embeddings",
    "File",
    "Host",
    "Image",
    "Limits",
    "Message",
    "OutputError",
    "Text",
    "Timeouts",
    "Tool",
    "ToolRun",
    "WorkbenchError",
    "agreement",
    "agreement_in_words",
    "check_baseline",
    "dataset_run",
    "disagreements",
    "evaluate",
    "experiments",
    "find_models",
    "interactive",
    "labeller",
    "load_dataset",
    "log",
    "playground",
    "plots",
    "progress_bar",
    "register",
    "regression",
    "results",
    "run",
    "show",
    "simulate",
    "summary",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"workbench.{name}")
    if name in _ROOMS:
        return getattr(import_module(f"workbench.{_ROOMS[name]}"), name)
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
