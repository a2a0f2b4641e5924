"""The measured process: one library evaluates so many samples, and every answer has to be right.

`python benchmarks/evaluate_load.py PACKAGE URL SAMPLES HOME`
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from clients import KEY
from evaluators import AT_ONCE, TARGET, questions


def workbench(url: str, samples: int, home: Path) -> float:
    """`workbench.evaluate`, its rows in the DuckDB file when it ends."""
    from workbench import Client
    from workbench.config import Settings
    from workbench.evals.dataset import Dataset, Sample
    from workbench.evals.runs import evaluate
    from workbench.log import Store

    values = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": KEY}
    asked = [Sample(id=str(n), input=text, target=TARGET) for n, text in enumerate(questions(samples))]
    right = 0.0

    async def main() -> None:
        nonlocal right
        settings = Settings(project=home, values=values)
        async with Client(home=home, concurrency=AT_ONCE, settings=settings) as client:
            dataset = Dataset(name="capitals", samples=tuple(asked))
            made = await evaluate(client, ["openai/model"], dataset)
            client.recorder.close()
            # The end of a process does this otherwise.
            Store(client.home).ingest()
            scores = client.log.sql("SELECT sum(value) AS right FROM scores WHERE experiment = ?", [made.id])
            right = float(scores["right"].iloc[0])

    asyncio.run(main())
    return right


def inspect(url: str, samples: int, home: Path) -> float:
    """`inspect_ai.eval`, with as many samples at once as connections."""
    import inspect_ai
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import get_model
    from inspect_ai.scorer import exact
    from inspect_ai.solver import generate

    asked = [Sample(id=n, input=text, target=TARGET) for n, text in enumerate(questions(samples))]
    model = get_model("openai-api/bench/model", base_url=url, api_key=KEY)
    (log,) = inspect_ai.eval(
        inspect_ai.Task(name="capitals", dataset=MemoryDataset(asked), solver=generate(), scorer=exact()),
        model=model,
        max_connections=AT_ONCE,
        max_samples=AT_ONCE,
        display="none",
        log_dir=str(home),
    )
    assert log.status == "success", log.error
    assert log.results is not None
    return log.results.scores[0].metrics["mean"].value * samples


if __name__ == "__main__":
    package, url, samples, home = sys.argv[1:]
    load = {"llm-workbench": workbench, "inspect-ai": inspect}[package]
    right = load(url, int(samples), Path(home))
    assert round(right) == int(samples), f"{right} of {samples} are right"
