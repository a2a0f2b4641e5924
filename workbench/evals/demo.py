"""A log to look at where there is none yet: a few simulated calls, apart from everybody's own."""

from __future__ import annotations

import atexit
import tempfile
from pathlib import Path

from workbench.client import Client
from workbench.config import Settings
from workbench.evals.dataset import load_dataset
from workbench.evals.runs import evaluate
from workbench.evals.start import simulate
from workbench.log import Log

_MODELS = ("sim/swift", "sim/steady", "sim/local")
_SAMPLES = 12
_log: Log | None = None


async def demo_log() -> Log:
    """Ask simulated models the first questions of the bundled set and a few others, into a log of its own.

    The log is in a temporary folder and gone when the process ends; the project's log is left alone. There is
    one for a process: whoever runs a notebook's cells again finds what was added to it.

    Raises:
        ConfigError: The simulator does not start.
    """
    global _log  # noqa: PLW0603 - the one demonstration of the process
    if _log is not None:
        return _log
    folder = tempfile.TemporaryDirectory(prefix="workbench-demo-")
    atexit.register(folder.cleanup)
    settings = Settings(project=Path(folder.name), values={"SIM_BASE_URL": simulate().url})
    async with Client(folder.name, settings=settings) as client:
        await evaluate(client, _MODELS, load_dataset("first_walk").take(_SAMPLES))
        for model in _MODELS:
            for topic in ("a log", "a bill", "a queue"):
                await client.chat(model, f"Tell me a story of {topic}.", stream=True)
        client.recorder.close()
        _log = client.log
        return _log
